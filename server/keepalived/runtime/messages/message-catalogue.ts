import type { CatalogueEntry } from './catalogue-entry.ts';
import { hmacMessages } from './hmac-messages.ts';
import { olderMessages } from './older-messages.ts';
import { timingMessages } from './timing-messages.ts';

const entries = [
  {
    id: 'state-change',
    kind: 'transition',
    severity: 'event',
    pattern:
      /^\((?<instance>.+)\) (?:Entering|Now in) (?<state>MASTER|BACKUP|FAULT) (?:STATE|state)(?: \(init\))?$/,
    explanation: 'The instance changed its state.',
    whatToDo: undefined,
  },
  {
    id: 'sync-group-change',
    kind: 'transition',
    severity: 'event',
    pattern:
      /^VRRP_Group\((?<group>.+)\):? Syncing instances to (?<state>MASTER|BACKUP|FAULT) state$/,
    explanation: 'All instances of the sync group are brought into the same state.',
    whatToDo: undefined,
  },
  {
    id: 'advertisement-timeout',
    kind: 'transition',
    severity: 'info',
    pattern: /^\((?<instance>.+)\) Receive advertisement timeout$/,
    explanation: 'No advertisement came from a master in time, so this server stands for election.',
    whatToDo:
      'If the other server is up, look for what keeps its advertisements away: firewall, switch, virtual router ID.',
  },
  {
    id: 'higher-priority',
    kind: 'transition',
    severity: 'event',
    pattern:
      /^\((?<instance>.+)\) (?:Master received|Received) advert (?:from (?<address>\S+) )?with higher priority (?<theirs>\d+), ours (?<ours>\d+)$/,
    explanation: 'The other server has a higher priority and takes over.',
    whatToDo: undefined,
  },
  {
    id: 'same-priority-higher-address',
    kind: 'mismatch',
    severity: 'warning',
    pattern:
      /^\((?<instance>.+)\) Master received advert from (?<address>\S+) with same priority (?<priority>\d+) but higher IP address than ours$/,
    explanation:
      'Both servers were master with the same priority; the one with the higher address stays.',
    whatToDo: 'Give the two servers different priorities.',
  },
  {
    id: 'lower-priority-new-election',
    kind: 'transition',
    severity: 'warning',
    pattern:
      /^\((?<instance>.+)\) Received advert (?:from (?<address>\S+) )?with lower priority (?<theirs>\d+), ours (?<ours>\d+)(?:, forcing new election)?$/,
    explanation:
      'A server with a lower priority was master too; this one makes it step back. Typical after the connection between the two was interrupted.',
    whatToDo:
      'Look first for “A thread timer expired” shortly before: then this server was too busy, and the network is not the cause. Otherwise find out why the two servers did not hear each other for a while.',
  },
  {
    id: 'lower-priority-discarded',
    kind: 'transition',
    severity: 'info',
    pattern:
      /^\((?<instance>.+)\) received lower priority \((?<priority>\d+)\) advert from (?<address>\S+) - discarding$/,
    explanation: 'An advertisement with a lower priority was passed over.',
    whatToDo: undefined,
  },
  {
    id: 'own-address-elsewhere',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\) WARNING - equal priority advert received from remote host with our IP address\.$/,
    explanation: 'Another server sends advertisements from this server’s own address.',
    whatToDo: 'Give each server an address of its own; look for a cloned machine.',
  },
  {
    id: 'both-address-owner',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\) CONFIGURATION ERROR: local instance and (?:a remote instance|(?<address>\S+)) are both configured as address owner, please (?:fix|resolve)/,
    explanation:
      'Both servers have priority 255, which only one, the owner of the address, may have.',
    whatToDo: 'Lower the priority on the backup.',
  },
  {
    id: 'priority-zero-received',
    kind: 'transition',
    severity: 'info',
    pattern:
      /^\((?<instance>.+)\) (?:Backup received priority 0 advertisement|Master received priority 0 (?:message|or lower priority advert))$/,
    explanation: 'The other server gives up the address, because it stops or a check fails there.',
    whatToDo: undefined,
  },
  {
    id: 'priority-zero-sent',
    kind: 'transition',
    severity: 'info',
    pattern: /^\((?<instance>.+)\) sent 0 priority$/,
    explanation: 'This server gives up the address and tells the other one.',
    whatToDo: undefined,
  },
  {
    id: 'priority-change',
    kind: 'health',
    severity: 'event',
    pattern:
      /^\((?<instance>.+)\) (?:Changing effective priority from (?<from>\d+) to (?<to>\d+)|Setting effective priority to (?<newPriority>\d+))$/,
    explanation: 'A tracked script, file or interface changed the priority.',
    whatToDo: undefined,
  },
  {
    id: 'startup-delay',
    kind: 'transition',
    severity: 'info',
    pattern: /^Delaying startup for (?<seconds>[\d.]+) seconds?$/,
    explanation:
      'keepalived waits, as vrrp_startup_delay says, before any instance takes part: until then this server serves nothing.',
    whatToDo: undefined,
  },
  {
    id: 'preempt-delay',
    kind: 'transition',
    severity: 'info',
    pattern: /^\((?<instance>.+)\) (?<what>start|stop) preempt delay(?: \((?<seconds>[\d.]+)\))?$/,
    explanation: 'This server waits, as preempt_delay says, before it takes the address back.',
    whatToDo: undefined,
  },
  {
    id: 'password-mismatch',
    kind: 'mismatch',
    severity: 'error',
    pattern: /^\((?<instance>.+)\) received an invalid passwd(?: from (?<address>\S+?))?!$/,
    explanation:
      'An advertisement has another password: the two servers do not understand each other, and both may be master.',
    whatToDo:
      'Write the same auth_pass on both servers (only its first 8 characters count). If the sender is unknown, another cluster uses the same virtual router ID.',
  },
  {
    id: 'authentication-mismatch',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\) received a (?<received>\d+) auth(?: from (?<address>\S+))?, expecting (?<expected>\d+)!$/,
    explanation:
      'An advertisement has another kind of authentication, or none: the two servers do not understand each other.',
    whatToDo: 'Write the same authentication block on both servers.',
  },
  {
    id: 'authentication-header-failed',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\) (?:No AH header but auth type is AH|Received AH header but auth type not AH|IPSEC-AH : .+|Invalid auth type(?: from \S+)?: \d+)/,
    explanation: 'Authentication by AH failed: the two servers do not understand each other.',
    whatToDo: 'Write the same auth_type and auth_pass on both servers.',
  },
  {
    id: 'advert-interval-mismatch',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\) advertisement interval (?:mismatch|changed:)(?: with (?<address>\S+))? (?:mine|ours) ?= ?(?<mine>\d+) (?:centi-|milli-)?sec,? rcv'?e?d=(?<received>\d+) (?:centi-|milli-)?sec$/,
    explanation:
      'The other server advertises at another interval: the two servers do not understand each other.',
    whatToDo: 'Write the same advert_int on both servers.',
  },
  {
    id: 'advert-interval-followed',
    kind: 'mismatch',
    severity: 'warning',
    pattern:
      /^\((?<instance>.+)\) advertisement interval updated (?:from (?<from>\d+)(?:ms)? )?to (?<to>\d+)(?:ms| milli-sec)(?: from \d+ milli-sec)?(?: by master| from higher priority master)?$/,
    explanation: 'The master advertises at another interval; this server follows it.',
    whatToDo: 'Write the same advert_int on both servers.',
  },
  {
    id: 'address-count-mismatch',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\) (?:received an unexpected ip number count (?<received>\d+), expected (?<expected>\d+)!|expected (?<otherExpected>\d+) VIPs but received (?<otherReceived>\d+))/,
    explanation: 'The other server has another number of virtual addresses.',
    whatToDo: 'Write the same virtual_ipaddress block on both servers.',
  },
  {
    id: 'address-missing',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^(?:\((?<instance>.+)\) )?ip address associated with VRID (?<vrid>\d+) not present in (?:MASTER advert|advert from (?<address>\S+)) ?: (?<virtualAddress>\S+)$/,
    explanation: 'The other server does not have one of this server’s virtual addresses.',
    whatToDo: 'Write the same virtual_ipaddress block on both servers.',
  },
  {
    id: 'version-mismatch',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\) (?:wrong (?:VRRP )?|invalid )version(?: from (?<address>\S+))?\. (?:Received )?(?<received>\d+) and expect (?<expected>\d)$/,
    explanation: 'The other server speaks another version of VRRP.',
    whatToDo: 'Write the same version (or vrrp_version) on both servers.',
  },
  {
    id: 'time-to-live',
    kind: 'network',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\) (?:invalid (?:TTL\/HL|ttl)(?: from (?<address>\S+))?\. (?:Received )?(?<received>\d+) and expect \d+|TTL\/HL (?<otherReceived>\d+) (?:from \S+ )?not in range .*)$/,
    explanation:
      'An advertisement came over a router, or was altered on its way; it is not believed.',
    whatToDo:
      'Keep both servers in one network, or allow it with unicast_ttl and a range in unicast_peer.',
  },
  {
    id: 'unknown-virtual-router-id',
    kind: 'mismatch',
    severity: 'warning',
    pattern:
      /^Unknown VRID\((?<vrid>\d+)\) received on interface\((?<interface>[^)]+)\)(?: from (?<address>\S+?))?\. ignoring\.\.\.$/,
    explanation:
      'Another cluster on this network uses a virtual router ID that this server does not know.',
    whatToDo: 'If it should be this cluster, write the same virtual_router_id on both servers.',
  },
  {
    id: 'unknown-unicast-peer',
    kind: 'mismatch',
    severity: 'error',
    pattern: /^\((?<instance>.+)\) unicast source address (?<address>\S+) not a unicast peer$/,
    explanation: 'A server that is no unicast_peer sends advertisements.',
    whatToDo: 'Write its address into unicast_peer, or find out who it is.',
  },
  {
    id: 'unicast-multicast-mismatch',
    kind: 'mismatch',
    severity: 'error',
    pattern: /^\((?<instance>.+)\) (?:discarding|Expected) (?:multi|uni|mult|un)\w*cast packet/,
    explanation: 'One server uses unicast, the other multicast: they do not understand each other.',
    whatToDo: 'Write unicast_peer on both servers or on none.',
  },
  {
    id: 'checksum',
    kind: 'network',
    severity: 'error',
    pattern: /^\((?<instance>.+)\):? (?:Invalid VRRPv[23] checksum|Checksum ERROR)/,
    explanation: 'An advertisement is damaged, or its checksum is made in another way.',
    whatToDo: 'Use the same keepalived version and VRRP version on both servers.',
  },
  {
    id: 'send-failed',
    kind: 'network',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\):? (?:[Cc]ant send advert to (?<address>\S+)|send advert error \d+) \(.+\)$/,
    explanation: 'This server cannot send its advertisements, often because of its own firewall.',
    whatToDo:
      'Allow outgoing packets of protocol 112 to 224.0.0.18, and see that the interface is up.',
  },
  {
    id: 'fault-reason',
    kind: 'transition',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\):? entering FAULT state(?: \((?<why>.+)\)| due to script (?<script>\S+))?$/,
    explanation: 'The instance goes into FAULT: it cannot serve until the cause is gone.',
    whatToDo: 'Remove the cause that the message names.',
  },
  {
    id: 'unicast-source-not-local',
    kind: 'configuration',
    severity: 'error',
    pattern: /^bind unicast_src (?<address>\S+) failed (?<errno>\d+) - (?<text>.+)$/,
    explanation: 'The address in unicast_src_ip is not on this server.',
    whatToDo: 'Correct unicast_src_ip.',
  },
  {
    id: 'track-file',
    kind: 'health',
    severity: 'event',
    pattern: /^\((?<instance>.+)\):? tracked file (?<file>.+) (?<what>now|leaving) FAULT state$/,
    explanation: 'A tracked file says that this server must, or need no longer, stay in FAULT.',
    whatToDo: undefined,
  },
  {
    id: 'interface-change',
    kind: 'network',
    severity: 'event',
    pattern:
      /^(?:Netlink reports|Kernel is reporting: interface) (?<interface>\S+) (?<what>up|down|UP|DOWN)$/,
    explanation: 'A network interface went up or down.',
    whatToDo: undefined,
  },
  {
    id: 'address-changed-by-another',
    kind: 'network',
    severity: 'warning',
    pattern:
      /^Netlink reflector reports IP (?<address>\S+) (?<what>removed from|added to) (?<interface>\S+)$/,
    explanation: 'Someone else than keepalived added or removed an address.',
    whatToDo: 'If it is a virtual address, look for another program that manages this interface.',
  },
  {
    id: 'script-result',
    kind: 'health',
    severity: 'event',
    pattern:
      /^VRRP_Script\((?<script>.+)\) (?<what>succeeded|failed|timed[_ ]out)(?: \((?<how>exited with status|due to signal) (?<number>\d+)\))?$/,
    explanation: 'A tracked script changed its result.',
    whatToDo: undefined,
  },
  {
    id: 'process-quorum',
    kind: 'health',
    severity: 'event',
    pattern:
      /^Process (?<process>.+), number of current processes changed from \d+ to (?<count>\d+), quorum (?<what>up|down)$/,
    explanation: 'Of a tracked process there are now enough, or no longer enough.',
    whatToDo: undefined,
  },
  {
    id: 'script-exit-code',
    kind: 'health',
    severity: 'info',
    pattern: /^Script `(?<script>.+)` now returning (?<number>\d+)$/,
    explanation: 'A tracked script now ends with another exit code.',
    whatToDo: undefined,
  },
  {
    id: 'script-busy',
    kind: 'health',
    severity: 'warning',
    pattern: /^Track script (?<script>.+) is (?<state>.+), expect idle - skipping run$/,
    explanation: 'A tracked script was still running when it should have been started again.',
    whatToDo: 'Give it a timeout, or a longer interval.',
  },
  {
    id: 'script-disabled',
    kind: 'health',
    severity: 'error',
    pattern:
      /^(?:Disabling track script (?<script>\S+) .+|Script (?<path>\S+) cannot be accessed - .+|Unable to set default user for (?:vrrp )?script .+)$/,
    explanation:
      'A script is disabled because it does not exist or cannot be run; nothing is watched by it.',
    whatToDo: 'Install it, make it executable for the script user, and give its whole path.',
  },
  {
    id: 'script-security',
    kind: 'configuration',
    severity: 'warning',
    pattern: /^SECURITY VIOLATION - /,
    explanation: 'Scripts run as root although others could change them.',
    whatToDo: 'Write enable_script_security into global_defs, and let root own the scripts.',
  },
  {
    id: 'duplicate-virtual-router-id',
    kind: 'configuration',
    severity: 'fatal',
    pattern:
      /^(?<one>.+) and (?<other>.+) both use VRID (?<vrid>\d+) with IPv(?<family>[46]) on interface (?<interface>\S+)$/,
    explanation: 'Two instances on one interface have the same virtual router ID: keepalived ends.',
    whatToDo: 'Give each of them a number of its own.',
  },
  {
    id: 'configuration-fatal',
    kind: 'configuration',
    severity: 'fatal',
    pattern:
      /^(?:Non-existent interface specified in configuration|\((?<instance>.+)\):? (?:the virtual router id must be set|Unknown interface!|No VIP specified; at least one is required|Unicast peers are not supported in strict mode|Unicast instances must have unicast_src_ip or interface|Non link-local address required if interface omitted))/,
    explanation: 'The configuration has a mistake that keepalived does not survive.',
    whatToDo: 'Correct it on the Edit Config Files page, then start keepalived.',
  },
  {
    id: 'configuration-line',
    kind: 'configuration',
    severity: 'warning',
    pattern: /^\((?:(?<file>[^()]+): )?Line (?<line>\d+)\) (?<text>.+)$/,
    explanation: 'keepalived does not agree with a line of the configuration.',
    whatToDo: 'Look at the line on the Edit Config Files page.',
  },
  {
    id: 'child-died',
    kind: 'start-stop',
    severity: 'fatal',
    pattern:
      /^(?:pid (?<pid>\d+) exited (?:with permanent error (?<error>\S+)\. Terminating|with status \d+|due to signal (?<signal>\d+).*)|VRRP child process\((?<otherPid>\d+)\) died: (?<what>Respawning|Exiting))/,
    explanation: 'One of keepalived’s processes died.',
    whatToDo: 'Look at the lines before it; if it is not restarted, start keepalived.',
  },
  {
    id: 'reload',
    kind: 'start-stop',
    severity: 'event',
    pattern: /^(?:Reloading(?: \.\.\.)?|Reload complete|validate conf before Reload)$/,
    explanation: 'keepalived reloaded its configuration.',
    whatToDo: undefined,
  },
  {
    id: 'reload-rejected',
    kind: 'configuration',
    severity: 'error',
    pattern:
      /^(?:New config failed validation, see (?<file>\S+) for details|reload_check exited due to signal \d+.*|Cannot change .+ at a reload - please restart \S+)$/,
    explanation: 'The new configuration was not taken over; the old one is still in force.',
    whatToDo: 'Correct the configuration, or restart keepalived where the message asks for it.',
  },
  {
    id: 'start-stop',
    kind: 'start-stop',
    severity: 'event',
    pattern:
      /^(?:Starting Keepalived v(?<version>\S+)|Stopped(?: Keepalived v\S+| - used )|Startup complete|Stopping|Starting VRRP child process, pid=\d+|daemon is already running|Warning - keepalived has no configuration to run)/,
    explanation: 'keepalived was started or stopped.',
    whatToDo: undefined,
  },
  {
    id: 'configuration-incomplete',
    kind: 'configuration',
    severity: 'error',
    pattern:
      /^(?:There are (?<count>\d+) missing '\}'s|Config files missing '(?<file>.+)'\.$|Failed to open configuration file$)/,
    explanation: 'The configuration, or a part of it, is missing; keepalived runs without it.',
    whatToDo: 'Complete it on the Edit Config Files page, then reload keepalived.',
  },
  {
    id: 'address-not-permitted',
    kind: 'network',
    severity: 'error',
    pattern: /^Netlink: error: (?<text>.+)\(\d+\), type=RTM_(?:NEW|DEL)ADDR\(\d+\)/,
    explanation:
      'The kernel refused to set or remove an address; the instance may claim to be MASTER without it.',
    whatToDo: 'Run keepalived as root; in a container, with the capability NET_ADMIN.',
  },
  {
    id: 'addresses-set',
    kind: 'transition',
    severity: 'info',
    pattern: /^\((?<instance>.+)\) (?<what>setting|removing) (?:protocol )?(?:E-)?VIPs\.$/,
    explanation: 'The virtual addresses are put on the interface or taken off it.',
    whatToDo: undefined,
  },
  {
    id: 'master-known',
    kind: 'transition',
    severity: 'info',
    pattern: /^\((?<instance>.+)\) master (?:set to|changed from \S+ to) (?<address>\S+)$/,
    explanation: 'This server learns which server is the master.',
    whatToDo: undefined,
  },
  {
    id: 'stale-pid-file',
    kind: 'start-stop',
    severity: 'event',
    pattern: /^Remove a zombie pid file (?<file>.+)$/,
    explanation: 'A pid file was left behind by a keepalived that died; it is removed.',
    whatToDo: undefined,
  },
  ...timingMessages,
  ...hmacMessages,
  ...olderMessages,
] as const satisfies readonly CatalogueEntry[];

/** Stable, for automation: who asks for one that does not exist does not compile. */
export type MessageId = (typeof entries)[number]['id'];

/**
 * The messages worth explaining, in the wordings of 1.3 to 2.4 (measured, and the source);
 * keepalived's own syslog priority says nothing, nearly all is daemon.info.
 */
export const messageCatalogue: readonly CatalogueEntry<MessageId>[] = entries;
