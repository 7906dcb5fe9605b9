import type { ServiceReport } from '../../../appliance/appliance.ts';
import { bareAddress } from '../../../keepalived/addresses/addresses.ts';
import type { PairSummary } from '../../../keepalived/pair/pair-summary.ts';
import type { Snapshot } from '../../../state/state-keeper.ts';
import { describeMoveToBackup } from '../../view/moving-addresses.ts';
import { formatDuration } from '../../view/time-words.ts';
import { bootButtons } from './buttons.ts';

export interface ServiceRow {
  name: string;
  description: string;
  startOnBoot: YesNo;
  running: YesNo;
}

/** A word, and why it is not a better one. */
export interface YesNo {
  word: 'Yes' | 'No' | 'Unknown';
  reason: string | undefined;
}

export interface BootModel {
  rows: ServiceRow[];
  /** How old what the rows say is; empty: nothing was seen yet. */
  age: string;
  buttons: typeof bootButtons;
  /** What Stop does to the virtual addresses. */
  warning: string | undefined;
}

/** The services of the machine that this page may list, from one snapshot. */
export function describeBoot(
  { services, status, nowMs }: Pick<Snapshot, 'services' | 'status' | 'nowMs'>,
  pair?: PairSummary,
): BootModel {
  const served = status.instances
    .filter(({ serving }) => serving !== 'No')
    .flatMap(({ addresses }) => addresses.map(({ cidr }) => bareAddress(cidr)));
  return {
    rows: services?.value.map(describeService) ?? [],
    age: services ? `Checked ${formatDuration(nowMs - services.atMs)} ago.` : '',
    buttons: bootButtons,
    warning:
      served.length === 0
        ? undefined
        : `If you stop or restart keepalived, ${describeMoveToBackup(served.join(', '), served, pair)}`,
  };
}

function describeService({ name, description, startOnBoot, running }: ServiceReport): ServiceRow {
  return {
    name,
    description,
    startOnBoot: startOnBoot.known ? yesNo(startOnBoot.enabled) : unknown(startOnBoot.reason),
    running: running.known ? yesNo(running.running) : unknown(running.reason),
  };
}

const yesNo = (is: boolean): YesNo => ({ word: is ? 'Yes' : 'No', reason: undefined });
const unknown = (reason: string): YesNo => ({ word: 'Unknown', reason });
