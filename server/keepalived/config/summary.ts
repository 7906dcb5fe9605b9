/** What a configuration says, as plain data. Never holds a password. */

import type { HealthcheckProbe } from '../healthcheck/find-probe.ts';
import type { ConfigurationPlace } from '../language/place.ts';
import type { ConfiguredHmac } from './hmac-questions.ts';

export interface ConfiguredAddress {
  /** The whole entry as written: `10.0.0.1/24 dev eth1 label eth1:1`. */
  text: string;
  /** The address alone, as written. */
  address: string;
  /** Undefined when not written; keepalived then uses /32 or /128. */
  prefixLength: number | undefined;
  family: 'inet' | 'inet6';
  /** Its own `dev`; undefined means the instance's interface. */
  interfaceName: string | undefined;
  label: string | undefined;
  scope: string | undefined;
  /** Its own `use_vmac`: it gets a virtual interface of its own where its instance's is no such. */
  usesVmac?: boolean;
  /** From `virtual_ipaddress_excluded`: set and removed, but not advertised. */
  excluded: boolean;
  line: number;
  /** The file, when it is an assembled configuration. */
  path?: string;
}

export type TrackedKind = 'script' | 'interface' | 'file' | 'process' | 'bfd';

export interface ConfiguredTrackWeight {
  /** -253 to 253; 0: a bad result is a FAULT. */
  weight: number;
  isReversed: boolean;
}

/** One line of a tracking block. */
export interface ConfiguredTracker {
  kind: TrackedKind;
  name: string;
  /** Written on that line; without, that of the definition counts. */
  own?: ConfiguredTrackWeight;
}

/** What an instance or a sync group watches: at least these, where something is not read. */
export interface ConfiguredTracking {
  trackedScripts: string[];
  trackedInterfaces: string[];
  /** All that may hold it in FAULT, as written: `track_file maintenance weight -254`. */
  tracked: string[];
  /** What it names itself; a sync group's are not repeated in its members. */
  trackers: ConfiguredTracker[];
}

export interface ConfiguredAuthentication {
  /** Undefined: a part that is not read may say it. */
  type: 'none' | 'PASS' | 'AH' | undefined;
  /** It is written, but keepalived runs without it: with VRRP version 3, for instance. */
  isIgnored?: boolean;
  hasPassword: boolean;
  /** VRRP carries 8 bytes; keepalived cuts the rest off. */
  passwordTooLong?: boolean;
}

/** A virtual interface that an instance works on: `use_vmac` or `use_ipvlan`. */
export interface ConfiguredVirtualInterface {
  kind: 'macvlan' | 'ipvlan';
  /** As given; undefined: keepalived makes a name, or takes an interface that it finds. */
  name: string | undefined;
  /** What a made name begins with: `vmac_prefix`. */
  namePrefix: string;
  /** Of a macvlan: its own, or the virtual router's (RFC 9568, 7.3). */
  macAddress: string | undefined;
  /** Of an ipvlan: from which its advertisements leave. */
  sourceAddress: string | undefined;
  /** `vmac_xmit_base`: advertisements leave and arrive by the interface below. */
  transmitsByBase: boolean;
  /** `use_vmac_addr`: for addresses on other interfaces there are more of them. */
  forOtherAddresses: boolean;
}

/**
 * Undefined where keepalived has a default: something that may set it is not read, so that it is not
 * known. What keepalived takes by default is filled in only where everything was read.
 */
export interface ConfiguredInstance extends ConfiguredTracking, ConfigurationPlace {
  name: string;
  /** 1-based line of the closing brace (or the last line read); `line` is that of its keyword. */
  endLine: number;
  /** In which keepalived begins. */
  initialState: 'MASTER' | 'BACKUP' | undefined;
  /** Its `interface`; with `use_vmac` the one below its own, see `findInstanceInterfaces`. */
  interfaceName: string | undefined;
  virtualInterface?: ConfiguredVirtualInterface;
  /** `use_vmac_addr`: its addresses on other interfaces have virtual ones of their own. */
  hasAddressInterfaces?: boolean;
  /** As written, even out of range; undefined if missing or no number. */
  virtualRouterId: number | undefined;
  priority: number | undefined;
  advertIntervalSeconds: number | undefined;
  /** Undefined when nothing says so; keepalived then speaks version 2. */
  version: 2 | 3 | undefined;
  /** As written; keepalived ignores it with `state MASTER` and with the priority 255. */
  nopreempt: boolean | undefined;
  /** `preempt_delay`, where one is written that is above 0. */
  preemptDelaySeconds?: number;
  authentication: ConfiguredAuthentication;
  /** Absent: no `auth_hmac`, or a part of it is not read. */
  hmac?: ConfiguredHmac;
  addresses: ConfiguredAddress[];
  unicastPeers: string[];
  /** `unicast_fault_no_peer`: without a peer it is in FAULT, not on multicast. */
  hasFaultWithoutPeer?: true;
  unicastSourceAddress: string | undefined;
  /** `unicast_ttl`, where a valid one is written. */
  unicastTtl?: number;
  /** `mcast_dst_ip`, else `vrrp_mcast_group4` or `6`: instances with different ones may share a virtual router ID. */
  multicastDestination?: string;
  /**
   * True if parts of it are not read: an include that cannot be read, `~SEQ`, an `@id` line of
   * unknown id, a value that is not known. Its lists may then be longer.
   */
  hasUnreadParts?: boolean;
  /** True if it may track more: its sync group, or what holds one, has parts that are not read. */
  hasUnreadTracking?: boolean;
  syncGroupName?: string;
}

export interface ConfiguredScript extends ConfigurationPlace {
  name: string;
  /** The command and its arguments, quotes removed; empty if none is set. */
  command: string;
  intervalSeconds: number;
  /** Undefined when not written; keepalived then uses the interval. */
  timeoutSeconds: number | undefined;
  fall: number;
  rise: number;
  weight: number;
  isReversed: boolean;
  /** The URL that its command requests; undefined: none, or it is unknown. */
  healthcheckUrl: string | undefined;
  /** Whether this program can make the same request; absent where no URL is asked. */
  probe?: HealthcheckProbe;
  /** Its own `user`; undefined: that of `script_user`. */
  userName: string | undefined;
}

export interface ConfiguredSyncGroup extends ConfiguredTracking, ConfigurationPlace {
  name: string;
  instanceNames: string[];
  /** `sync_group_tracking_weight`: what its members track with a weight counts too. */
  usesMemberWeights: boolean;
  hasUnreadParts?: boolean;
}

export interface ConfiguredInclude extends ConfigurationPlace {
  keyword: string;
  pattern: string;
  /** Whether what it brings is part of the summary. */
  isRead: boolean;
}

export interface ConfiguredNotifyFifo {
  kind: 'notify_fifo' | 'vrrp_notify_fifo';
  path: string;
  line: number;
}

export interface ConfigurationProblem {
  code:
    | 'unclosed-block'
    | 'extra-closing-brace'
    | 'stray-opening-brace'
    | 'unterminated-quote'
    | 'duplicate-name'
    | 'invalid-address';
  line: number;
  path?: string;
  message: string;
}

export interface ConfiguredTrackDefinition extends ConfiguredTrackWeight {
  kind: 'file' | 'process';
  name: string;
  /** Of a file. */
  path?: string;
  /** `init_file`: keepalived may write a number of its own into it. */
  isInitialized?: true;
}

export interface ConfigurationSummary {
  instances: ConfiguredInstance[];
  scripts: ConfiguredScript[];
  syncGroups: ConfiguredSyncGroup[];
  /** What tracked files and processes are defined with. */
  trackDefinitions: ConfiguredTrackDefinition[];
  includes: ConfiguredInclude[];
  notifyFifos: ConfiguredNotifyFifo[];
  /** `script_user`; undefined: `keepalived_script` where there is such a user, else root. */
  scriptUserName: string | undefined;
  /** `enable_script_security`. */
  hasScriptSecurity: boolean;
  /** How many top-level keywords keepalived knows. */
  knownBlockCount: number;
  /** True if whole blocks may be missing here: an include that is not read, `~SEQ`, … */
  hasUnreadBlocks?: boolean;
  problems: ConfigurationProblem[];
}
