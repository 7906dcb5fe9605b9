import { messageRules } from './message-rule.ts';

/**
 * What keepalived drops, moves or changes by itself and only remarks (vrrp.c, vrrp_parser.c,
 * vrrp_ipaddress.c, vrrp_track.c, vrrp_sync.c, track_file.c of 2.2.7, 2.3.4 and 2.4.3). An address
 * that is not set, an instance in FAULT and a peer that is not understood stop a save; what only
 * watches less, or ignores an option, is a warning.
 */
export const consequenceRules = messageRules([
  // keepalived starts all the same (measured, 2.2.7: main and VRRP process wait 10 s each for a name
  // server that is silent, at each start and reload, and say the same words as for an unknown name).
  [
    'smtp-server-not-looked-up',
    'warning',
    /^Invalid smtp server (?<name>\S+?)(?: \d+)?$/,
    'The name {name} could not be looked up: either no name server of /etc/resolv.conf answers, or none knows it. keepalived starts anyway, but sends no mail. Where the name server does not answer, each start and reload waits 10 s or longer; in a reload no advertisements are sent meanwhile, and another server may take the virtual IPs.',
    'Write the address of the mail server instead of its name, or add {name} to /etc/hosts.',
  ],
  // An address is not set, or not by whom it was meant.
  [
    'address-label-too-long',
    'fatal',
    /^Address label (?<label>\S+) is longer than maximum length (?<length>\d+) - removing address$/,
    'The label {label} is longer than {length} characters: keepalived leaves its address out, so nobody would serve it.',
    'Shorten the label, interface name included, or remove it.',
  ],
  [
    'address-without-interface',
    'fatal',
    /no interface for e?vip (?<address>\S+) - removing$/,
    'The address {address} of {instance} has no interface: keepalived leaves it out.',
    'Write “dev” and an interface after the address, or “interface” in the instance.',
  ],
  [
    'address-left-out',
    'fatal',
    /(?:skipping VIP|VRRP is trying to assign (?:a|ip|the)\b)/,
    'An option of an address cannot be used, so keepalived leaves the whole address out.',
    'Correct the option; the message of keepalived says which.',
  ],
  [
    'addresses-not-advertised',
    'warning',
    /^Number of VIPs \((?<count>\d+)\) exceeds maximum/,
    '{instance} has more addresses ({count}) than an advertisement can carry: the rest is served, but not advertised.',
    'Move the rest into virtual_ipaddress_excluded, on both servers.',
  ],
  // The instance runs, but in FAULT: nobody here serves its addresses.
  [
    'instance-fault',
    'fatal',
    /(?:setting instance|going) to fault state$/,
    '{instance} would go into FAULT with these settings and serve nothing.',
    'Correct what keepalived’s message names.',
  ],
  [
    'vmac-unsupported',
    'fatal',
    /^(?:vmacs are only supported on Ethernet type interfaces|cannot use VMAC if no interface specified)$/,
    '{instance} cannot have a virtual MAC address on its interface: it would go into FAULT and serve nothing.',
    'Remove use_vmac, or write an Ethernet interface.',
  ],
  [
    'vmac-shared',
    'fatal',
    /uses same VMAC as VRRP instance (?<other>\S+)(?: VIP\/eVIP \S+)?, disabling (?<name>\S+)$/,
    '{instance} and {other} would use the same virtual MAC address: keepalived disables {name}.',
    'Give each of them a virtual_router_id of its own.',
  ],
  [
    'track-process-unsupported',
    'fatal',
    /^(?:no kernel support for track_process|track process not supported by kernel)/,
    'This server’s kernel does not tell of processes: a tracked process counts as missing.',
    'Track it with a vrrp_script instead.',
  ],
  // Peers would not understand each other: both become Active.
  [
    'multicast-address-ignored',
    'fatal',
    /^(?:mcast dest address \S+ MUST match|mcast_dst_ip \S+ not.* multicast|multicast destination .* Skipping)/,
    'The multicast address of {instance} cannot be used; keepalived takes the usual one, where its peer may not listen.',
    'Write a multicast address of the instance’s family, the same on both servers.',
  ],
  [
    'advertisements-discarded',
    'fatal',
    /min_ttl \d+ > max_ttl \d+ - all packets will be discarded$/,
    '{instance} would discard every advertisement of its peer: both servers would be Active.',
    'Write a min_ttl that is not above max_ttl.',
  ],
  [
    'time-to-live-zero',
    'fatal',
    /^Cannot use unicast_ttl without unicast peers/,
    '{instance} has unicast_ttl and no unicast peers: keepalived sends with a TTL of 0, which never leaves this server, so both servers would be Active.',
    'Remove unicast_ttl, or write unicast_peer.',
  ],
  [
    'authentication-unusable',
    'fatal',
    /^(?:duplicate )?auth_hmac (?:active_key \d+ is not defined|key )/,
    'An auth_hmac key of {instance} cannot be used: its peer would not understand it, and both servers would be Active.',
    'Write key, length and file as the manual says, the same on both servers.',
  ],
  [
    'authentication-ignored',
    'warning',
    /^(?:auth_hmac cannot be combined with authentication|Cannot use AH authentication with IPv6)/,
    '{instance} has an authentication that cannot be used here; it is ignored.',
    'Remove it on both servers.',
  ],
  // A part is left out.
  [
    'name-missing',
    'fatal',
    /^(?<block>vrrp_instance|vrrp_sync_group|track_group) must have a name/,
    'A {block} has no name: keepalived leaves it out.',
    'Write a name after {block}.',
  ],
  [
    'sync-group-empty',
    'warning',
    /^(?:Sync group (?<name>\S+) has no (?:members|virtual router\(s\))|Warning - sync group (?<group>\S+) has empty group block)/,
    'The sync group {name}{group} has no instance; it is left out.',
    'Name its instances, or remove the group.',
  ],
  [
    'sync-group-twice',
    'warning',
    /^Virtual router (?<name>\S+) cannot exist in more than one sync group; ignoring (?<group>.+)$/,
    '{name} is in two sync groups; it is left out of {group} and does not move with it.',
    'Remove it from one of them.',
  ],
  [
    'sync-group-owners',
    'fatal',
    /^Sync group (?<name>\S+) has some member\(s\) as address owner/,
    'In the sync group {name} some instances own their address (priority 255) and some do not: they cannot move together.',
    'Give none of them the priority 255, or all.',
  ],
  // Less is watched than the file says.
  [
    'tracked-ignored',
    'warning',
    /^ignoring (?:weight from )?(?:tracked )?(?<what>script|file|bfd|process|interface|\S+ tracked interface|tracked \S+)? ?(?<name>\S+).* due to (?<why>SYNC group|.+)$/i,
    '{instance} would not follow the tracked {what} {name}: keepalived ignores its weight because of {why}.',
    'Track it in the vrrp_sync_group instead, with weight 0, or write sync_group_tracking_weight there.',
  ],
  [
    'tracked-ignored',
    'warning',
    /^(?:Cannot have weighted track (?<what>\w+) '(?<name>[^']+)')/,
    '{instance} has the priority 255, which no weight changes: the weight of the tracked {what} {name} is ignored.',
    'Use a priority below 255, or weight 0.',
  ],
  [
    'tracked-ignored',
    'warning',
    /weight without value specified for (?:track[_ ])?(?<what>\w+) (?<name>\S+) - ignoring$/,
    'The weight of the tracked {what} {name} has no number; it is ignored.',
    'Write a number after weight.',
  ],
  [
    'track-file-unusable',
    'warning',
    /^(?:track file (?<name>\S+) is not accessible|(?:The filesystem of|realpath\(\) error .* for) (?<other>\S+)|track file directory for (?<third>\S+) does not exist|(?:Cannot|Unable to) initialise track file (?<fourth>\S+))/,
    'The track_file {name}{other}{third}{fourth} cannot be used; it is left out.',
    'Create its folder and its file, where files can be watched.',
  ],
  [
    'script-unused',
    'info',
    /^Warning - script (?<name>\S+) is not used$/,
    'No instance tracks the script {name}, so it is not run.',
    'Track it, or remove it.',
  ],
  // Other than it is written.
  [
    'state-adjusted',
    'warning',
    /^(?:State MASTER must match being address owner|Initial state master is incompatible with AH|state previously set as MASTER - ignoring BACKUP)/,
    'The state of {instance} does not go together with its other settings; keepalived changes it.',
    'Write state BACKUP; the priority decides who is first.',
  ],
  [
    'vmac-name-ignored',
    'warning',
    /(?:ignoring (?:configured name|vmac if_name|ipvlan if_name|name)|clearing use_vmac)$/,
    'The name of the virtual MAC interface of {instance} is taken by something else; keepalived chooses another, or none.',
    'Choose another name, or remove that interface.',
  ],
  [
    'include-matches-nothing',
    'warning',
    /^No config files matched '(?<pattern>.+)'\.$/,
    'No file matches the include {pattern}.',
    'Correct the pattern, or remove the include.',
  ],
  [
    'file-unreadable',
    'fatal',
    /^Error reading config file\(s\): glob\("(?<file>[^"]+)"\)/,
    'The files {file} cannot be read; keepalived would go on without them.',
    'Correct their owner and permissions, or remove the include.',
  ],
]);
