/** Why an instance is in FAULT, in words that one can act on. */
import type { NetworkReport } from '../proof/evidence.ts';
import type { WatchedItem } from './status-model.ts';
import { isFailing } from './watched-items.ts';

export interface FaultCase {
  interfaceName: string | undefined;
  network: NetworkReport | undefined;
  watched: WatchedItem[];
  /** The file that holds it in FAULT on purpose. */
  maintenanceItem: WatchedItem | undefined;
  /** What keepalived's log named as the cause. */
  loggedCause: string | undefined;
  /** Members of the same sync group that are in FAULT, this one left out. */
  faultyMembers: string[];
}

/** All causes that are known, the kernel's own first; a general sentence if there is none. */
export function explainFault(fault: FaultCase): string {
  const ofInterface = explainInterface(fault);
  const ofItems = fault.watched
    .filter((item) => isFailing(item) && item.forcesFault)
    .filter(
      ({ kind, name }) => !(ofInterface && kind === 'interface' && name === fault.interfaceName),
    )
    .map((item) => (item === fault.maintenanceItem ? explainMaintenance(item) : explainItem(item)));
  const causes = [...(ofInterface === undefined ? [] : [ofInterface]), ...ofItems];
  if (causes.length > 0) return causes.join('; ');
  if (fault.loggedCause !== undefined) return `keepalived names the cause: ${fault.loggedCause}`;
  if (fault.faultyMembers.length > 0) {
    return `another instance of its sync group is in FAULT: ${fault.faultyMembers.join(', ')}`;
  }
  return 'its interface is down, or a tracked script, file or process failed';
}

function explainInterface({ interfaceName, network }: FaultCase): string | undefined {
  if (interfaceName === undefined || interfaceName === '' || !network?.ok) return undefined;
  const link = network.interfaces.find(({ name }) => name === interfaceName);
  if (!link) return `its interface ${interfaceName} does not exist`;
  if (!link.up) return `its interface ${interfaceName} is down`;
  if (!link.carrier) {
    return `its interface ${interfaceName} has no carrier: look at the cable or the switch`;
  }
  return undefined;
}

/** Whether something else than its maintenance keeps it in FAULT. */
export function hasOtherCause(fault: FaultCase): boolean {
  const others = fault.watched.filter(
    (item) => isFailing(item) && item.forcesFault && item !== fault.maintenanceItem,
  );
  return explainInterface(fault) !== undefined || others.length > 0;
}

function explainMaintenance({ name, file }: WatchedItem): string {
  return `in maintenance: the number in ${file?.path ?? name} is ${file?.value ?? 'below 0'}`;
}

function explainItem({ kind, name, detail, isReversed }: WatchedItem): string {
  const more = detail === '' ? '' : ` (${detail})`;
  if (isReversed) {
    const good = { script: 'succeeds', interface: 'is up', file: 'is good', process: 'runs' }[kind];
    return `the tracked ${kind} ${name} ${good}, and is tracked with “reverse”${more}`;
  }
  switch (kind) {
    case 'script':
      return `its tracked script ${name} failed${more}`;
    case 'interface':
      return `the tracked interface ${name} is not up${more}`;
    case 'file':
      return `the tracked file ${name} requests it${more}`;
    case 'process':
      return `the tracked process ${name} does not run often enough${more}`;
  }
}
