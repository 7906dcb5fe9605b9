/** What an administrator can do, behind one object that the pages are given. */
import type {
  ConfigurationFileContent,
  ConfigurationFileEntry,
  LogFilter,
  LogFollower,
  LogPage,
  LogQuery,
  NewerLogLines,
} from '../appliance/appliance.ts';
import type { Notice } from '../history/notices.ts';
import type { Finding } from '../keepalived/finding.ts';
import type { PacketDirection } from '../keepalived/firewall/packet.ts';
import type { Foresight } from '../keepalived/foresight/foresight-result.ts';
import type { InstanceSettings } from '../keepalived/settings/instance-settings.ts';
import type { StateKeeper } from '../state-keeper.ts';
import { controlServices } from './boot-actions.ts';
import type { BootAction } from './boot-actions.ts';
import { checkConfiguration } from './check-configuration.ts';
import type {
  ConfirmableRequest,
  ConfirmedChanges,
  SaveConsent,
  WaitingChange,
} from './confirmed-change.ts';
import type { DefaultRoleValues } from './default-role-values.ts';
import { planDefaultRole, readStoredConfiguration } from './default-roles.ts';
import type { DefaultRole, DefaultRolePlan } from './default-roles.ts';
import { runDrill } from './failover-drill.ts';
import type { DrillOutcome, DrillRequest } from './failover-drill.ts';
import { findKeptText } from './find-kept-text.ts';
import { allowVrrp, listOwnFirewallRules, withdrawVrrp } from './firewall.ts';
import type { FirewallOutcome, OwnFirewallRule } from './firewall.ts';
import { foreseeApply } from './foresee-apply.ts';
import { describeSettingsChange, planInstanceSettings } from './instance-settings.ts';
import type { InstanceSettingsPlan } from './instance-settings.ts';
import type { Mutex } from './mutex.ts';
import { observeOutcome } from './observe-outcome.ts';
import type { ActionOutcome, Actor, ApplyOutcome } from './outcomes.ts';
import type { ApplyParts } from './parts.ts';
import { look } from './prove-live.ts';
import { readDrill } from './read-drill.ts';
import type { DrillReading } from './read-drill.ts';
import { findRestoreChange, listVersions, planRestore } from './restore-version.ts';
import type { KeptVersion, RestorePlan, RestoreRequest, VersionList } from './restore-version.ts';
import { controlKeepalived } from './service-control.ts';
import type { ControlConsent, KeepalivedAction } from './service-control.ts';

export interface Operations {
  /**
   * Start, stop or reload keepalived. Start and reload first check the file as a save would, and
   * prove what became of it. A start with the placeholder address, and a reload of a file that was
   * edited by others and can do harm, ask for confirmation.
   */
  controlKeepalived(action: KeepalivedAction, consent?: ControlConsent): Promise<ActionOutcome>;
  /** One button of Bootup and Shutdown for each chosen service, in order. */
  controlServices(services: string[], action: BootAction): Promise<ActionOutcome[]>;

  /** What Set Default Master/Backup would write, from the stored configuration and these values. */
  planDefaultRole(role: DefaultRole, given: Partial<DefaultRoleValues>): Promise<DefaultRolePlan>;
  /** Writes the plan, if the live file is still the one that was previewed. */
  setDefaultRole(
    role: DefaultRole,
    values: DefaultRoleValues,
    expectedTag: string | null,
    actor: Actor,
    consent?: SaveConsent,
  ): Promise<ApplyOutcome>;

  /** What the settings form would write; without a name, of the first instance. */
  planInstanceSettings(
    instanceName: string | undefined,
    given: Partial<InstanceSettings>,
  ): Promise<InstanceSettingsPlan>;
  /** Writes what the form says, if the live file is still the one that was previewed. */
  setInstanceSettings(
    instanceName: string,
    given: Partial<InstanceSettings>,
    expectedTag: string | null,
    actor: Actor,
    consent?: SaveConsent,
  ): Promise<ApplyOutcome>;

  listConfigurationFiles(): Promise<ConfigurationFileEntry[]>;
  readConfigurationFile(id: string): Promise<ConfigurationFileContent>;
  /** What a file once said, by its tag, where the history has it. */
  findKeptText(id: string, tag: string): Promise<string | undefined>;
  /** The same check as before a save; touches nothing. */
  checkConfiguration(id: string, text: string): Promise<Finding[]>;
  /** What saving a text would do to the virtual addresses; touches nothing. */
  foreseeConfiguration(id: string, text: string): Promise<Foresight>;
  applyConfiguration(request: ConfirmableRequest): Promise<ApplyOutcome>;

  /** Every version that is kept, and the files as they are now. */
  listVersions(): Promise<VersionList>;
  /** undefined: there is no such version (any more). */
  readVersion(versionId: string): Promise<KeptVersion | undefined>;
  /** What restoring a version would do; undefined: there is no such version (any more). */
  planRestore(versionId: string): Promise<RestorePlan | undefined>;
  /** Makes a version live again, if the file is still the one that was shown. */
  restoreVersion(request: RestoreRequest): Promise<ApplyOutcome>;

  /** The change that goes back by itself unless somebody confirms it. */
  findWaitingChange(): WaitingChange | undefined;
  /** false: that change does not wait (any more). */
  confirmChange(tag: string): Promise<boolean>;
  /** Goes back at once; undefined: that change does not wait (any more). */
  undoChange(tag: string, actor: Actor): Promise<ApplyOutcome | undefined>;

  /** Lets an instance's advertisements in or out through this server's firewall. */
  allowVrrp(instanceName: string, direction: PacketDirection): Promise<FirewallOutcome>;
  /** Takes away what `allowVrrp` added. */
  withdrawVrrp(instanceName: string, direction: PacketDirection): Promise<FirewallOutcome>;
  /** The rules that `allowVrrp` added. */
  listOwnFirewallRules(): Promise<OwnFirewallRule[]>;
  /** How it stands with moving an address on purpose; without a name, of the first instance. */
  readDrill(instanceName: string | undefined): Promise<DrillReading>;
  /** Adds the maintenance file that drills need, if the live file is still the one that was shown. */
  setUpDrill(
    instanceName: string,
    expectedTag: string | null,
    actor: Actor,
    consent?: SaveConsent,
  ): Promise<ApplyOutcome>;
  /** May take half a minute; refused while another runs, or a change waits to be confirmed. */
  runDrill(request: DrillRequest): Promise<DrillOutcome>;

  /** Of the installed keepalived: what it understands depends on it. */
  readInstalledVersion(): Promise<string | undefined>;

  readLog(query: LogQuery): Promise<LogPage>;
  exportLog(filter: LogFilter): AsyncIterable<string>;
  readNewerLog(after: string, filter: LogFilter): Promise<NewerLogLines>;
  /** Calls back whenever keepalived logged something. */
  followLog(onLines: () => void): Promise<LogFollower>;

  /** What happened while nobody looked, newest first; shown until an administrator dismisses it. */
  readNotices(): Notice[];
  dismissNotice(id: string): Promise<void>;
}

/** The operations over one appliance, its state keeper and its history. */
export function createOperations(
  parts: ApplyParts & {
    keeper: Pick<StateKeeper, 'noteLoaded' | 'refresh'>;
    alone: Mutex;
    confirmed: ConfirmedChanges;
  },
): Operations {
  const { appliance, keeper, notices, alone, confirmed } = parts;
  /** What changes something runs alone: a Stop during a proof would look like a failed reload. */
  const change = <Value>(task: () => Promise<Value>): Promise<Value> =>
    alone(async () => {
      const value = await task();
      await keeper.refresh();
      return value;
    });
  /** Waiting for what was foreseen to move keeps nobody else from acting. */
  const changeAndObserve = async (task: () => Promise<ApplyOutcome>): Promise<ApplyOutcome> => {
    const outcome = await observeOutcome(appliance, await change(task));
    if (outcome.kind === 'live' && outcome.observations?.length) await keeper.refresh();
    return outcome;
  };
  const setInstanceSettings: Operations['setInstanceSettings'] = async (
    instanceName,
    given,
    expectedTag,
    actor,
    consent,
  ) => {
    const plan = await planInstanceSettings(appliance, instanceName, given);
    if (!plan.ok) return { kind: 'failed', message: plan.reason };
    const { newText: text, problems } = plan;
    if (text === undefined) {
      return { kind: 'failed', message: problems.map(({ message }) => message).join(' ') };
    }
    const request = { fileId: 'live', text, expectedTag, actor, ...consent };
    const comment = describeSettingsChange(plan);
    return confirmed.apply({ ...request, action: 'settings', comment });
  };
  const setUpDrill: Operations['setUpDrill'] = async (name, expectedTag, actor, consent) => {
    const reading = await readDrill(appliance, name);
    if (reading.kind === 'impossible') return { kind: 'failed', message: reading.reason };
    if (reading.kind === 'ready') return { kind: 'failed', message: 'It is set up already.' };
    const { path, newText: text } = reading.setUp;
    // Whatever is left in it from an earlier time must not begin to count now.
    const written = await appliance.writeTrackFile(path, 0);
    if (!written.ok) return { kind: 'failed', message: written.message };
    return confirmed.apply({
      ...{ fileId: 'live', text, expectedTag, actor, ...consent },
      ...{ action: 'drill', comment: `Maintenance file of ${name}` },
    });
  };
  let isDrilling = false;
  const drill = async (request: DrillRequest): Promise<DrillOutcome> => {
    const refuse = (sentence: string): DrillOutcome => ({ kind: 'refused', sentences: [sentence] });
    if (isDrilling) return refuse('A drill is running already: wait for its end.');
    isDrilling = true;
    try {
      return await change(async () =>
        confirmed.find()
          ? refuse('A change waits to be confirmed. Keep it or go back first.')
          : runDrill(appliance, request),
      );
    } finally {
      isDrilling = false;
    }
  };
  const setDefaultRole: Operations['setDefaultRole'] = async (
    role,
    values,
    expectedTag,
    actor,
    consent,
  ) => {
    const { newText: text, fileProblem, problems } = await planDefaultRole(appliance, role, values);
    if (text === undefined) {
      const message = fileProblem ?? problems.map((problem) => problem.message).join(' ');
      return { kind: 'failed', message };
    }
    const request = { fileId: 'live', text, expectedTag, actor, ...consent };
    const comment = `Set Default ${titles[role]}`;
    return confirmed.apply({ ...request, action: `default-${role}`, comment });
  };
  return {
    controlKeepalived: (action, options) => change(() => controlKeepalived(parts, action, options)),
    controlServices: (services, action) => change(() => controlServices(parts, services, action)),
    planDefaultRole: (role, given) => planDefaultRole(appliance, role, given),
    setDefaultRole: (...request) => changeAndObserve(() => setDefaultRole(...request)),
    planInstanceSettings: (...request) => planInstanceSettings(appliance, ...request),
    setInstanceSettings: (...request) => changeAndObserve(() => setInstanceSettings(...request)),
    readDrill: (instanceName) => readDrill(appliance, instanceName),
    setUpDrill: (...request) => changeAndObserve(() => setUpDrill(...request)),
    runDrill: drill,
    listConfigurationFiles: () => appliance.listConfigurationFiles(),
    async readConfigurationFile(id) {
      if (id === 'stored-master') await readStoredConfiguration(appliance, 'master');
      if (id === 'stored-backup') await readStoredConfiguration(appliance, 'backup');
      return appliance.readConfigurationFile(id);
    },
    findKeptText: (id, tag) => findKeptText(parts.versions, id, tag),
    checkConfiguration: (id, text) => checkConfiguration(appliance, id, text),
    foreseeConfiguration: async (fileId, text) =>
      foreseeApply(appliance, { fileId, text }, await look(appliance)),
    applyConfiguration: (request) => changeAndObserve(() => confirmed.apply(request)),
    listVersions: () => listVersions(parts),
    readVersion: (versionId) => parts.versions.read(versionId),
    planRestore: (versionId) => planRestore(parts, versionId),
    restoreVersion: (request) =>
      changeAndObserve(async () => {
        const restore = await findRestoreChange(parts, request);
        if (restore) return confirmed.apply(restore);
        return { kind: 'failed', message: 'That version is no longer kept.' };
      }),
    findWaitingChange: () => confirmed.find(),
    confirmChange: (tag) => alone(() => confirmed.confirm(tag)),
    undoChange: (...request) => change(() => confirmed.undo(...request)),
    allowVrrp: (...request) => change(() => allowVrrp(appliance, ...request)),
    withdrawVrrp: (...request) => change(() => withdrawVrrp(appliance, ...request)),
    listOwnFirewallRules: () => listOwnFirewallRules(appliance),
    readInstalledVersion: () => appliance.readInstalledVersion(),
    readLog: (query) => appliance.readLog(query),
    exportLog: (filter) => appliance.exportLog(filter),
    readNewerLog: (after, filter) => appliance.readNewerLog(after, filter),
    followLog: (onLines) => appliance.followLog(onLines),
    readNotices: () => notices.list(),
    dismissNotice: (id) => notices.dismiss(id),
  };
}

const titles: Record<DefaultRole, string> = { master: 'Master', backup: 'Backup' };
