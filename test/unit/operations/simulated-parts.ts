import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeUnfinishedReplacements } from '../../../server/appliance/files/replace-file.ts';
import { createJournal } from '../../../server/history/journal.ts';
import { acquireLock } from '../../../server/history/lock.ts';
import { openNotices } from '../../../server/history/notices.ts';
import { createVersionStore } from '../../../server/history/versions/version-store.ts';
import type { ApplyDependencies } from '../../../server/operations/dependencies.ts';
import {
  applyConfiguration,
  reloadConfiguration,
} from '../../../server/operations/live/apply-configuration.ts';
import type { ApplyOutcome } from '../../../server/operations/outcomes.ts';
import { recoverConfiguration } from '../../../server/operations/recovery/recover-configuration.ts';
import { configPathOf, createSimulatedAppliance } from './simulated-machine.ts';

/** What the process makes at its start, over a simulated machine; the same leftovers are swept. */
export async function createSimulatedParts(folder: string): Promise<ApplyDependencies> {
  const directory = join(folder, 'state/history');
  await acquireLock(join(folder, 'state'));
  await removeUnfinishedReplacements(join(folder, 'etc'));
  return {
    appliance: createSimulatedAppliance(folder),
    keeper: { noteLoaded: () => undefined, followAddressChanges: () => () => undefined },
    versions: await createVersionStore({ directory }),
    journal: createJournal({ directory }),
    notices: await openNotices({ directory: join(folder, 'state') }),
  };
}

export const textOf = (more: string): string => `vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 101
    virtual_ipaddress {
        10.9.0.100/24
    }
    ${more}
}
`;

export const oldText = textOf('# old');
/** What is saved over it, and how that ends if nothing interrupts it. */
export const newTexts = {
  live: textOf('# new'),
  faulty: textOf('# faulty'),
  deadly: textOf('track_interface {\n        eth9\n    }'),
  stopped: textOf('# new'),
} as const;
export type Scenario = keyof typeof newTexts;

/** Saves over what is there; whatever is foreseen is accepted. */
export async function saveText(parts: ApplyDependencies, text: string): Promise<ApplyOutcome> {
  const current = await parts.appliance.readConfigurationFile('live');
  const request = {
    ...{ fileId: 'live', text, action: 'edit' as const, comment: '' },
    expectedTag: current.ok ? current.tag : null,
    actor: { userName: 'admin', remoteAddress: 'unix' },
  };
  const outcome = await applyConfiguration(parts, request);
  if (outcome.kind !== 'needs-acceptance') return outcome;
  return applyConfiguration(parts, {
    ...request,
    acceptedDangers: outcome.dangers,
    confirmedCommands: outcome.addedCommands,
  });
}

/** Makes what is on disk live; whatever is foreseen is accepted. */
export async function reloadText(parts: ApplyDependencies): Promise<ApplyOutcome> {
  const outcome = await reloadConfiguration(parts);
  if (outcome.kind !== 'needs-acceptance') return outcome;
  return reloadConfiguration(parts, {
    acceptedDangers: outcome.dangers,
    confirmedCommands: outcome.addedCommands,
  });
}

/** What the process does next at its start. */
export async function recover(parts: ApplyDependencies): Promise<'recovered'> {
  await recoverConfiguration(parts, { bootedAtMs: 0 });
  return 'recovered';
}

export const readConfiguration = (folder: string): string =>
  readFileSync(configPathOf(folder), 'utf8');
