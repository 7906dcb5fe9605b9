/** A live master under the real operations; call only in a server of the lab. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Appliance } from '../../server/appliance/appliance.ts';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { createJournal } from '../../server/history/journal.ts';
import { openNotices } from '../../server/history/notices.ts';
import { createVersionStore } from '../../server/history/versions/version-store.ts';
import type { DaemonProcess } from '../../server/keepalived/proof/evidence.ts';
import type { Consent } from '../../server/operations/checks/foresee-apply.ts';
import type { ApplyDependencies } from '../../server/operations/dependencies.ts';
import { applyConfiguration } from '../../server/operations/live/apply-configuration.ts';
import type { ApplyOutcome } from '../../server/operations/outcomes.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import { eventually } from '../lab/eventually.ts';

export const configPath = '/etc/keepalived/keepalived.conf';
export const virtualAddress = '10.9.0.100';
export const stateDirectory = '/var/lib/keepalived-wai';

type RunningDaemon = Extract<DaemonProcess, { state: 'running' }>;

/** @param more lines of the instance, and blocks before it. */
export function configuration(more: { instance?: string; before?: string } = {}): string {
  return `global_defs {
    enable_script_security
    script_user root
}
${more.before ?? ''}
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 101
    advert_int 1
    virtual_ipaddress {
        ${virtualAddress}/24
    }
${more.instance ?? ''}
}
`;
}

export const readConfiguration = (): string => readFileSync(configPath, 'utf8');
export const createTag = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The parts that the process would have, over the real machine; nothing is remembered of a load. */
export async function createParts(
  directory = stateDirectory,
  environment: NodeJS.ProcessEnv = {
    WAI_SERVICE_MANAGER: 'supervised',
    WAI_KEEPALIVED_ARGS: '--log-detail',
  },
): Promise<ApplyDependencies> {
  const options = parseProgramOptions(environment);
  const history = join(directory, 'history');
  return {
    appliance: await createAppliance(options),
    keeper: { noteLoaded: () => undefined, followAddressChanges: () => () => undefined },
    versions: await createVersionStore({ directory: history }),
    journal: createJournal({ directory: history }),
    notices: await openNotices({ directory }),
  };
}

/** The same machine with some of its answers replaced. */
export function withAppliance(
  parts: ApplyDependencies,
  changes: Partial<Appliance>,
): ApplyDependencies {
  return { ...parts, appliance: { ...parts.appliance, ...changes } };
}

/** The same machine, where something happens to a keepalived right after it was told to reload. */
export function afterReload(
  parts: ApplyDependencies,
  happen: (daemon: RunningDaemon) => unknown,
): ApplyDependencies {
  return withAppliance(parts, {
    async controlService(service, action) {
      const daemon = await parts.appliance.readDaemon();
      const report = await parts.appliance.controlService(service, action);
      if (action === 'reload' && daemon.state === 'running') await happen(daemon);
      return report;
    },
  });
}

/** The daemon's process; undefined: it does not run. */
export async function readPid({ appliance }: ApplyDependencies): Promise<number | undefined> {
  const daemon = await appliance.readDaemon();
  return daemon.state === 'running' ? daemon.pid : undefined;
}

/** keepalived's test finds nothing: what it misses must be found by the proof. */
export const blindTest: Pick<Appliance, 'testConfiguration'> = {
  testConfiguration: () =>
    Promise.resolve({
      ...{ ran: true, reason: undefined, exitCode: 0 },
      ...{ output: '', testedPath: undefined },
    }),
};

/** Saves over what is on disk now, and accepts whatever is foreseen. */
export async function save(parts: ApplyDependencies, text: string): Promise<ApplyOutcome> {
  const request = {
    ...{
      fileId: 'live',
      text,
      expectedTag: createTag(readConfiguration()),
      action: 'edit' as const,
    },
    ...{ actor: { userName: 'admin', remoteAddress: 'unix' }, comment: '' },
  };
  return accepting((consent) => applyConfiguration(parts, { ...request, ...consent }));
}

/** Acts, and where a consent is asked for, gives it. */
export async function accepting(
  act: (consent: Consent) => Promise<ApplyOutcome>,
): Promise<ApplyOutcome> {
  const outcome = await act({});
  if (outcome.kind !== 'needs-acceptance') return outcome;
  return act({ acceptedDangers: outcome.dangers, confirmedCommands: outcome.addedCommands });
}

/** Whatever was before: keepalived runs this file and holds the address. */
export async function becomeMaster({ appliance }: ApplyDependencies, text: string): Promise<void> {
  writeFileSync(configPath, text);
  const daemon = await appliance.readDaemon();
  const action = daemon.state === 'running' ? 'reload' : 'start';
  const report = await appliance.controlService('keepalived', action);
  assert.equal(report.result, 'ok', report.output);
  await eventually('the virtual address', () => holds(appliance, virtualAddress));
}

export async function holds(appliance: Appliance, wanted: string): Promise<boolean> {
  const network = await appliance.readNetwork();
  assert.ok(network.ok);
  return network.interfaces.some((one) => one.addresses.some(({ address }) => address === wanted));
}

/** Notes each time that the kernel takes the virtual address away. */
export async function watchAddress(): Promise<{ end(): Promise<number> }> {
  const monitor = spawn('ip', ['-oneline', 'monitor', 'address'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let losses = 0;
  createInterface(monitor.stdout).on('line', (line) => {
    if (line.startsWith('Deleted') && line.includes(` ${virtualAddress}/`)) losses += 1;
  });
  await once(monitor, 'spawn');
  return {
    async end() {
      monitor.kill();
      await once(monitor, 'close');
      return losses;
    },
  };
}
