import type { Appliance } from '../../appliance/appliance.ts';
import { nothingForeseen } from '../../keepalived/foresight/foresight-result.ts';
import type { Foresight } from '../../keepalived/foresight/foresight-result.ts';
import { getChildren, lastNumber } from '../../keepalived/language/block-reading.ts';
import { findStatements, parseConfiguration } from '../../keepalived/language/tree.ts';
import type { ConfigurationNode } from '../../keepalived/language/tree.ts';
import {
  addMaintenanceFile,
  nameMaintenanceFile,
} from '../../keepalived/maintenance/add-maintenance-file.ts';
import type { DrillCase } from '../../keepalived/maintenance/drill-plan.ts';
import { findMaintenanceFile } from '../../keepalived/maintenance/maintenance-file.ts';
import type { MaintenanceFile } from '../../keepalived/maintenance/maintenance-file.ts';
import { describeNotRunning } from '../../keepalived/proof/daemon-words.ts';
import type { TrackedItem } from '../../keepalived/proof/evidence.ts';
import { seeConfiguration } from '../checks/configuration-seen.ts';
import type { ConfigurationSeen } from '../checks/configuration-seen.ts';
import { foreseeText } from '../checks/preview.ts';

/** The one change of the configuration that drills need. */
export interface DrillSetUp {
  /** Of the file that keepalived is to watch. */
  path: string;
  currentText: string;
  currentTag: string;
  newText: string;
  /** What loading it would do. */
  foresight: Foresight;
}

export type DrillReading = { instanceNames: string[]; instanceName: string | undefined } & (
  | { kind: 'impossible'; reason: string }
  | { kind: 'to-set-up'; instanceName: string; setUp: DrillSetUp }
  | { kind: 'ready'; instanceName: string; drill: Omit<DrillCase, 'way'> }
);

/**
 * How it stands with the maintenance file of an instance; changes nothing but makes its folder.
 * @param wantedName undefined: the first instance
 */
export async function readDrill(
  appliance: Appliance,
  wantedName: string | undefined,
): Promise<DrillReading> {
  const seen = await seeConfiguration(appliance, 'live');
  const reading = await draftDrill(appliance, seen, wantedName);
  if (reading.kind !== 'to-set-up') return reading;
  const foresight = await foreseeText(appliance, seen, reading.setUp.newText);
  return { ...reading, setUp: { ...reading.setUp, foresight } };
}

/** The same without the foresight of the change, which a save makes itself. */
export async function draftDrill(
  appliance: Appliance,
  { file: live, configurationId, now }: ConfigurationSeen,
  wantedName: string | undefined,
): Promise<DrillReading> {
  const options = { configurationId };
  const nodes = now.content.children;
  const instanceNames = now.summary.instances.map(({ name }) => name);
  const name = instanceNames.find((one) => wantedName === undefined || one === wantedName);
  const impossible = (reason: string): DrillReading => ({
    ...{ kind: 'impossible', reason, instanceNames, instanceName: name },
  });
  if (!live.ok) return impossible(live.message);
  if (name === undefined) {
    return impossible(
      `The configuration has no vrrp_instance${wantedName === undefined ? '' : ` “${wantedName}”`}.`,
    );
  }
  const file = findMaintenanceFile(nodes, name);
  if (file) {
    const drill = await readCase(appliance, nodes, name, file);
    if (typeof drill === 'string') return impossible(drill);
    return { kind: 'ready', instanceNames, instanceName: name, drill };
  }
  const path =
    nameMaintenanceFile(name) === undefined ? '' : await appliance.prepareTrackFile(name);
  const edit = addMaintenanceFile(parseConfiguration(live.text, options), name, path);
  if (!edit.ok) return impossible(edit.reason);
  const { text: newText } = edit;
  const { text: currentText, tag: currentTag } = live;
  const setUp = { path, currentText, currentTag, newText, foresight: nothingForeseen };
  return { kind: 'to-set-up', instanceNames, instanceName: name, setUp };
}

/** As keepalived runs it; a sentence: why nothing can be done. */
async function readCase(
  appliance: Appliance,
  nodes: readonly ConfigurationNode[],
  instanceName: string,
  file: MaintenanceFile,
): Promise<Omit<DrillCase, 'way'> | string> {
  const daemon = await appliance.readDaemon();
  if (daemon.state === 'unknown') return describeNotRunning(daemon);
  if (daemon.state !== 'running') return 'keepalived is not running: start it first.';
  // One after the other: each is a question to keepalived.
  const runtime = await appliance.readRuntime();
  const tracking = await appliance.readTracking();
  const instance = runtime.ok
    ? runtime.instances.find(({ name }) => name === instanceName)
    : undefined;
  if (!instance || instance.addresses.length === 0) {
    return `keepalived does not report ${instanceName}${runtime.ok ? '' : `: ${runtime.reason}`}`;
  }
  if (tracking.ok && !tracking.items.some((item) => isWatched(item, file, instanceName))) {
    return `keepalived does not watch ${file.path} yet. Reload keepalived, then check its log.`;
  }
  const reading = await appliance.readTrackFile(file.path);
  if (!reading.ok) return reading.message;
  const statement = findStatements(nodes, 'vrrp_instance').find(
    ({ words }) => words[1]?.text === instanceName,
  );
  const preemptDelaySeconds = lastNumber(getChildren(statement), 'preempt_delay', { whole: false });
  return { instance, file, value: reading.value, preemptDelaySeconds: preemptDelaySeconds ?? 0 };
}

/** Another file that the instance tracks, or the same one at another path, is not the one to be written. */
function isWatched(
  { kind, name, file, instances }: TrackedItem,
  wanted: MaintenanceFile,
  instanceName: string,
): boolean {
  const isThere = file === undefined || file.path === wanted.path;
  const isOurs = kind === 'file' && name === wanted.name && isThere;
  return isOurs && instances.some((instance) => instance.name === instanceName);
}
