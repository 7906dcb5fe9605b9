/** Why an instance is in FAULT, in words that one can act on. */
import type { NetworkReport } from '../proof/evidence.ts';
import { maintenanceName } from './maintenance.ts';
import type { WatchedItem } from './status-model.ts';

export interface FaultCase {
  interfaceName: string | undefined;
  network: NetworkReport | undefined;
  watched: WatchedItem[];
  /** What keepalived's log named as the cause. */
  loggedCause: string | undefined;
  /** Members of the same sync group that are in FAULT, this one left out. */
  faultyMembers: string[];
}

/** All causes that are known, the kernel's own first; a general sentence if there is none. */
export function explainFault(fault: FaultCase): string {
  const ofInterface = explainInterface(fault);
  const ofItems = fault.watched
    .filter(({ good, forcesFault }) => good === false && forcesFault)
    .filter(
      ({ kind, name }) => !(ofInterface && kind === 'interface' && name === fault.interfaceName),
    )
    .map(explainItem);
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

function explainItem({ kind, name, detail }: WatchedItem): string {
  const more = detail === '' ? '' : ` (${detail})`;
  switch (kind) {
    case 'script':
      return `its tracked script ${name} failed${more}`;
    case 'interface':
      return `the tracked interface ${name} is not up${more}`;
    case 'file':
      return maintenanceName.test(name)
        ? `in maintenance: the tracked file ${name} asks for it, as for maintenance`
        : `the tracked file ${name} asks for it${more}`;
    case 'process':
      return `the tracked process ${name} does not run often enough${more}`;
  }
}
