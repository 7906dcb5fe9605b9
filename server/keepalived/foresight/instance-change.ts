import type { VrrpState } from '../proof/evidence.ts';
import type { EffectivePriority } from './elections/effective-priority.ts';

/** What the file alone says of it, each a word for comparison; keepalived does not report it. */
export interface RouterTraits {
  family: string;
  /** Undefined: multicast. */
  unicastSource: string | undefined;
  virtualKind: string | undefined;
  macAddress: string | undefined;
  /** Of an ipvlan. */
  virtualSource: string | undefined;
  addressInterfaces: boolean;
}

/** How an address is put on its interface. */
export interface AddressPlace {
  interfaceName: string | undefined;
  prefixLength: number;
  label: string | undefined;
  /** Undefined: not known. */
  scope: string | undefined;
}

/** What decides who serves, of one `vrrp_instance`. */
export interface InstanceSetting {
  virtualRouterId: number | undefined;
  interfaceName: string | undefined;
  /** Its own on that one, of `use_vmac` or `use_ipvlan`. */
  virtualInterfaceName: string | undefined;
  version: 2 | 3;
  priority: number;
  advertIntervalSeconds: number;
  nopreempt: boolean;
  /** 0: none. */
  preemptDelayMs: number;
  /** A new instance of this kind does not wait: the priority 255 and `state MASTER`. */
  beginsAsOwner: boolean;
  authentication: 'none' | 'PASS' | 'AH';
  /** All that it puts on the interface, without prefix lengths. */
  addresses: string[];
  /** Those of them that its advertisements name. */
  advertised: string[];
  /** How each of them is put there. */
  places: ReadonlyMap<string, AddressPlace>;
  /** What may hold it in FAULT, as the file has it. */
  tracked: string[];
  unicastPeers: string[];
  multicastDestination: string | undefined;
  /** Undefined: the file does not have it. */
  traits: RouterTraits | undefined;
}

/** An instance now and after the change; undefined: it is not there. */
export interface InstanceChange {
  name: string;
  before: InstanceSetting | undefined;
  after: InstanceSetting | undefined;
  passwordChanges: boolean;
  /** Undefined: not known, or not running yet. */
  state: VrrpState | undefined;
  effectivePriority: number | undefined;
  /** The priority that the peer advertises, as far as it is heard. */
  masterPriority: number | undefined;
  /** What its priority will be with what it tracks; undefined: it is removed. */
  foreseen: EffectivePriority | undefined;
  /** What it tracks under the same name, but defined in another way. */
  redefined: string[];
  /** Whether what it tracks counts as it does now. */
  keepsWeights: boolean;
  /** Its sync group after the change; undefined: none. */
  groupName: string | undefined;
  /** Whether it has another sync group now, or one with other members. */
  changesGroup: boolean;
  /** Whether the file has parts of it that are not read here. */
  hasUnreadParts: boolean;
}
