/** What a configuration says, as plain data. Never holds a password. */

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
}

export interface ConfiguredAuthentication {
  type: 'none' | 'PASS' | 'AH';
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

export interface ConfiguredInstance {
  name: string;
  /** The file, when several were summarized. */
  path?: string;
  /** 1-based line of `vrrp_instance`, and of the closing brace (or the last line read). */
  line: number;
  endLine: number;
  initialState: 'MASTER' | 'BACKUP';
  /** Its `interface`; with `use_vmac` the one below its own, see `findInstanceInterfaces`. */
  interfaceName: string | undefined;
  virtualInterface?: ConfiguredVirtualInterface;
  /** As written, even out of range; undefined if missing or no number. */
  virtualRouterId: number | undefined;
  priority: number;
  advertIntervalSeconds: number;
  /** Undefined when nothing says so; keepalived then speaks version 2. */
  version: 2 | 3 | undefined;
  nopreempt: boolean;
  authentication: ConfiguredAuthentication;
  addresses: ConfiguredAddress[];
  trackedScripts: string[];
  trackedInterfaces: string[];
  /** All that may hold it in FAULT, as written: `track_file maintenance weight -254`. */
  tracked: string[];
  unicastPeers: string[];
  unicastSourceAddress: string | undefined;
  /** `mcast_dst_ip`: instances with different ones may share a virtual router ID. */
  multicastDestination?: string;
  /** True if parts of it are not read here: an include, `~SEQ`, an `@id` line of unknown id. */
  hasUnreadParts?: boolean;
}

export interface ConfiguredScript {
  name: string;
  path?: string;
  line: number;
  /** The command and its arguments, quotes removed; empty if none is set. */
  command: string;
  intervalSeconds: number;
  /** Undefined when not written; keepalived then uses the interval. */
  timeoutSeconds: number | undefined;
  fall: number;
  rise: number;
  weight: number;
  /** The first http or https URL in the command. */
  healthcheckUrl: string | undefined;
  /** Its own `user`; undefined: that of `script_user`. */
  userName: string | undefined;
}

export interface ConfiguredSyncGroup {
  name: string;
  path?: string;
  line: number;
  instanceNames: string[];
}

export interface ConfiguredInclude {
  keyword: string;
  pattern: string;
  line: number;
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

export interface ConfigurationSummary {
  instances: ConfiguredInstance[];
  scripts: ConfiguredScript[];
  syncGroups: ConfiguredSyncGroup[];
  includes: ConfiguredInclude[];
  notifyFifos: ConfiguredNotifyFifo[];
  /** `script_user`; undefined: `keepalived_script` where there is such a user, else root. */
  scriptUserName: string | undefined;
  /** How many top-level keywords keepalived knows. */
  knownBlockCount: number;
  problems: ConfigurationProblem[];
}
