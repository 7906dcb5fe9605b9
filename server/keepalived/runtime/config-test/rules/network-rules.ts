import { messageRules } from './message-rule.ts';

const showsWhich = 'Correct it; the message of keepalived says which word.';

/**
 * Addresses, routes, rules, BFD sessions and virtual servers, by what becomes of them
 * (vrrp_ipaddress.c, vrrp_iproute.c, vrrp_iprule.c, bfd_parser.c, check_*.c of 2.2.7, 2.3.4, 2.4.3).
 * Only the wording tells a route from a rule; what is left out stops a save.
 */
export const networkRules = messageRules([
  // keepalived calls these fatal in its test only: the daemon goes on (measured, 2.2.7).
  [
    'address-without-interface',
    'fatal',
    /^Static address (?<address>\S+) requires either an interface or default interface must exist$/,
    'The static address {address} has no interface, and there is none to take instead: keepalived leaves it out.',
    'Write “dev” and an interface after it.',
  ],
  [
    'delay-without-interface',
    'warning',
    /^unknown interface (?<interface>\S+) specified for (?:linkbeat interface|up\/down delay)$/,
    'The interface {interface} does not exist on this server; keepalived continues without its delay or linkbeat.',
    'Write the name of an interface that this server has, or remove the line.',
  ],
  // An address is not set.
  [
    'address-left-out',
    'fatal',
    /^(?:Cannot specify ipaddress device more than once for|No \S+ parameter specified for) (?<address>\S+)$/,
    'The options of {address} cannot be used: keepalived leaves the whole address out.',
    'Correct the options; the message of keepalived says which.',
  ],
  // The address is set, but other than it is written.
  [
    'address-option-ignored',
    'warning',
    /^(?:Cannot specify (?:address prefix when|broadcast and peer|label for IPv6|scope for IPv6)|Invalid scope '|Address prefix length \d+ too long for broadcast|Peer \S+ - another peer|Peer address \S+ does not match|Invalid peer address|preferred_lft \S+ is invalid|Static route cannot have track_group if interface)/,
    'An option of an address cannot be used; keepalived sets the address without it.',
    showsWhich,
  ],
  // Peers would not understand each other.
  [
    'multicast-address-ignored',
    'fatal',
    /^(?:vrrp_mcast_group[46] \[(?<address>[^\]]*)\] is not|Can't parse vrrp_mcast_group[46] \[(?<other>[^\]]*)\]|malformed mcast dest address)/,
    'The multicast address {address}{other} cannot be used; keepalived takes the usual one, where its peer may not listen.',
    'Write a multicast address of the right family, the same on both servers.',
  ],
  // The instance is in FAULT, or cannot be on its interface.
  [
    'instance-fault',
    'fatal',
    /^(?:entering FAULT state|ipvlan address\[|kernel doesn't support ipvlan type)/,
    '{instance} would go into FAULT with these settings and serve nothing.',
    'Correct what keepalived’s message names.',
  ],
  [
    'vrf-ignored',
    'fatal',
    /^(?:WARNING - VRF interface|cannot use a loopback interface \(\S+\) for VRF|Cannot specify VRF interface|vrf can only be specified)/,
    'The vrf of {instance} cannot be used; keepalived ignores it and uses another network.',
    'Write the name of an existing VRF, or remove vrf.',
  ],
  [
    'family-contradiction',
    'fatal',
    /^Cannot specify native_ipv6 with IPv4 addresses$/,
    '{instance} has native_ipv6 and IPv4 addresses; native_ipv6 is ignored.',
    'Remove native_ipv6, or move the IPv4 addresses into an instance of their own.',
  ],
  // A route or a rule is left out.
  [
    'protocol-adjusted',
    'warning',
    /^(?:Route|Rule) cannot be tracked if protocol|^Rule has no preference specified|^Warning - cannot track route|^Static r(?:oute|ule) cannot have track.group/,
    'A route or a rule cannot be followed as it is written; keepalived changes it.',
    showsWhich,
  ],
  [
    'rule-left-out',
    'fatal',
    /\b(?:for|from|to) rule\b|^(?:Invalid )?[Rr]ule (?:option|-|action|from|to|fwmark|preference|specification)|^(?:Invalid|Unknown) rule|\brules?$|^No action specified for rule|^(?:Invalid (?:suppress_|target|tunnel-id|uidrange|ipproto|protocol)|invalid [ds]port range|suppress_group|suppressor\/realm|Table 0|Cannot specify l3mdev)/,
    'A rule cannot be used; keepalived leaves it out, so traffic would take another way.',
    showsWhich,
  ],
  [
    'route-left-out',
    'fatal',
    /\b(?:[Rr]oute|nexthops?|encapsulation)\b(?!.*deprecated)|^(?:Address family mismatch for next hop|Invalid (?:encap|realms|rto_min|rtt|rttvar)|Missing encap type|Unknown encap type|TOS value|expires is only|pref is only|feature \S+ not supported|realms (?:are|is) only|Invalid "or" address|"or" route|'as \[to\]'|"as to" for)/,
    'A route or a rule cannot be used; keepalived leaves it out, or sets it other than it is written.',
    showsWhich,
  ],
  // Less is watched.
  [
    'bfd-session-left-out',
    'warning',
    /^(?:Configuration (?:error|warning): )?BFD (?:instance|name) (?<name>[^\s:]+)/,
    'The BFD session {name} cannot be used as it is written: keepalived leaves it, or the value, out.',
    'Correct the value; neighbor_ip and source_ip belong to one family.',
  ],
  [
    'script-disabled',
    'warning',
    /\bscript\b.* - disabling\.?$|^(?:check_script_secure\('[^']*'\) returned|Wrong file type found in script path|Unable to set (?:default user|uid\/gid) .*script|(?:Invalid user\/group|Failed to set default user) for .*(?:script|fifo)|Failed to set uid\/gid for misc|Unable to (?:parse|resolve) (?:notify )?script|No user specified for misc|check_script_secure|Couldn't (?:find|execute) command|Error setting global script)/,
    'A script cannot be run as it is configured; keepalived disables it, so nothing is watched or told by it.',
    'Install it, make it executable, and name a user that exists.',
  ],
  [
    'track-process-unsupported',
    'fatal',
    /^(?:WARNING - the kernel does not support proc events|track_process not available)/,
    'This server’s kernel does not tell of processes: a tracked process counts as missing.',
    'Track it with a vrrp_script instead.',
  ],
  [
    'tracked-ignored',
    'warning',
    /^(?:track process '(?<name>[^']*)' process name not specified|ignoring \S+ tracked interface|Unable to monitor track files|track_(?:file|group) \S+ not found|Static track group \S+ has no members|Warning - track group)/,
    'Something that is tracked cannot be watched; keepalived leaves it out.',
    'Correct its definition; the message of keepalived says which.',
  ],
  [
    'tracked-twice',
    'warning',
    /^(?:track_\w+ \S+ is configured on VRRP instance and sync group|Ignoring track_interface \S+ since own|duplicate track_)/,
    'Something is tracked twice; keepalived counts it once.',
    'Remove one of the two.',
  ],
  // Virtual servers: of no consequence for the virtual addresses.
  [
    'virtual-server-left-out',
    'fatal',
    /^(?:Address (?:mask bits|range end|family of virtual server)|Range address families|Invalid (?:netmask|range end|real server ip|sorry server IP|virtual server)|virtual server group \S+ (?:cannot|has no entries)|Virtual server \S+ has no real servers|IPVS (?:with IPv6|does not support)|Your kernel doesn't support mixed)/,
    'A virtual server, or a server of it, cannot be used; keepalived leaves it out.',
    showsWhich,
  ],
  [
    'virtual-server-adjusted',
    'warning',
    /^(?:(?:Warning:? -? ?|WARNING - )?(?:fwmark )?[Vv]irtual server|Warning - quorum|sorry_server|Ignoring sorry_server|(?:gre|gue|ipip) tunnels|(?:bindto|connect_ip) address|\S+ only applies to sh scheduler|VS \S+: real server)/,
    'A setting of a virtual server does not fit; keepalived changes or ignores it.',
    showsWhich,
  ],
  [
    'check-left-out',
    'warning',
    /^(?:BFD_CHECK|DNS_CHECK|FILE_CHECK|UDP_CHECK|HTTP\/SSL_GET|No name has been specified for BFD|No script path has been specified for MISC)/,
    'A check of a real server cannot be used; keepalived leaves it out.',
    showsWhich,
  ],
  // The language: what a line makes is not made.
  [
    'sequence-unusable',
    'fatal',
    /^(?:Invalid )?~(?:SEQ|LST)|^Definition \S+ requires|^Parameter substitution on line/,
    'A sequence or a definition cannot be used; keepalived leaves out the lines that it would make.',
    'Correct its parameters.',
  ],
  [
    'several-files-match',
    'warning',
    /^WARNING, multiple configuration file matches/,
    'Several files match; keepalived reads all of them, one after the other.',
    'Name one file, unless this is meant.',
  ],
  [
    'interface-missing',
    'warning',
    /^(?:Configuration specifies interface (?<interface>\S+) which doesn't currently exist|WARNING - interface (?<other>\S+) specified for garp_group)/,
    'The interface {interface}{other} does not exist on this server.',
    'Write the name of an interface that this server has.',
  ],
  [
    'option-adjusted',
    'warning',
    /^(?:The \S+ is very large|\S+ process real-time priority \d+ (?:greater|less)|Process name \S+ more than|No \S+(?: .*)? specified\b|notify FIFO|LVS notify FIFO|Both iptables and nftables|vrrp_ipsets|Cannot set (?:both )?vrrp_rx_bufs|promote_secondaries|vmac name mismatch|use_vmac|vmac_xmit_base is only|warning - accept mode|ignoring owner_ignore|multicast destination specified with unicast|disabling ARP|Turning off linkbeat|linkbeat not supported|Configured linkbeat type|garp group \d+ does not|Warning - (?:empty|firewall needed)|Adding iptables rules|iptables not supported|VMAC MAC address|(?:VMAC|ipvlan) group \S+ not found|\S+: (?:cannot use debounce|interface \S+ debounce|lower advert_int)|Cannot specify garp_delay|quorum(?:_max)? is (?:less|greater)|Quorum is greater|lvs_sync_daemon|vmac(?:_addr)? prefix|Please add a #!|Too many parameters|the first IPv6 VIP address should|weight for \S+ cannot be)/,
    'A setting does not fit; keepalived changes or ignores it and continues.',
    showsWhich,
  ],
]);
