import type { CatalogueEntry } from './catalogue-entry.ts';

/** Words of 1.3 to 2.1 without an equal later, and some of 2.3 and 2.4. */
export const olderMessages = [
  {
    id: 'about-to-be-master',
    kind: 'transition',
    severity: 'event',
    pattern: /^\((?<instance>.+)\) Transition to MASTER STATE$/,
    explanation:
      'No master sent advertisements in time. This server becomes master one interval later.',
    whatToDo: undefined,
  },
  {
    id: 'packet-dropped',
    kind: 'mismatch',
    severity: 'warning',
    pattern:
      /^(?:bogus VRRP packet received on (?<interface>\S+) !!!|\((?<instance>.+)\) (?:Dropping received VRRP packet\.\.\.|ignoring received advertisment\.\.\.))$/,
    explanation: 'An advertisement was refused. The line before it says why.',
    whatToDo: undefined,
  },
  {
    id: 'address-list-mismatch',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^(?:\((?<instance>.+)\) )?(?:one or more VIP associated with VRID mismatch actual MASTER advert|receive an invalid ip number count associated with VRID!)$/,
    explanation: 'The other server has other virtual addresses.',
    whatToDo: 'Write the same virtual_ipaddress block on both servers.',
  },
  {
    id: 'virtual-router-id-mismatch',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\) received VRID mismatch\. Received (?<received>\d+), Expected (?<expected>\d+)$/,
    explanation: 'The other server has another virtual router ID.',
    whatToDo: 'Write the same virtual_router_id on both servers.',
  },
  {
    id: 'address-owner',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\) (?:(?<address>\S+) is still advertising as address owner, please resolve - reducing our priority|Dropping packet\(s\) from (?<sender>\S+) since we are address owner)$/,
    explanation:
      'Another server advertises although this one has priority 255, which only the owner of the address may have.',
    whatToDo: 'Lower the priority on one of the two servers.',
  },
  {
    id: 'address-owner-over',
    kind: 'transition',
    severity: 'event',
    pattern:
      /^\((?<instance>.+)\) (?:rogue address owner appears to have stopped advertising|Restoring our priority to \d+ since .+)$/,
    explanation: 'The other server with priority 255 is silent. This one has its priority back.',
    whatToDo: undefined,
  },
  {
    id: 'prohibited-script',
    kind: 'configuration',
    severity: 'error',
    pattern:
      /^(?:Unable to access script `(?<script>.+)`|Unsafe permissions found for script '(?<unsafe>.+)'\.?.*)$/,
    explanation:
      'keepalived does not run this script: it cannot reach it, or others may change it.',
    whatToDo:
      'Let root own the script and every folder above it, let nobody else write there, and let the script user read and execute it.',
  },
  {
    id: 'script-ignored-in-group',
    kind: 'configuration',
    severity: 'warning',
    pattern:
      /^\((?<instance>.+)\) (?:ignoring tracked (?<what>\S+) (?<script>\S+) with weights due to SYNC group|track_(?<kind>\w+) (?<tracked>\S+) is configured on VRRP instance and sync group.*)$/,
    explanation: 'The instance is in a sync group, so keepalived ignores what it tracks by itself.',
    whatToDo: 'Write it into the vrrp_sync_group, or see sync_group_tracking_weight.',
  },
  {
    id: 'script-user',
    kind: 'configuration',
    severity: 'warning',
    pattern:
      /^WARNING - (?:default user '(?<user>[^']+)' for script execution does not exist - please create\.|script `(?<script>.+)` resolved by path search to `(?<path>.+)`\. Please specify full path\.)$/,
    explanation:
      'keepalived takes another user for its scripts, or looks for a script by its name, than you may expect.',
    whatToDo: 'Write script_user into global_defs, and each script with its whole path.',
  },
  {
    id: 'gratuitous-arp',
    kind: 'transition',
    severity: 'info',
    pattern:
      /^\((?<instance>.+)\) Sending\/queueing (?:gratuitous ARPs|Unsolicited Neighbour Adverts) on (?<interface>\S+) for (?<address>\S+)$/,
    explanation: 'This server tells the network that the virtual address is here.',
    whatToDo: undefined,
  },
] as const satisfies readonly CatalogueEntry[];
