/**
 * What the machine can report: the vocabulary shared by the appliance, which collects it, and
 * by status.ts, which judges it. Plain data only, so that it can cross a process border.
 */

/** A fact and when it was seen, on the monotonic clock: ages survive a change of the wall clock. */
export interface Observed<Value> {
  value: Value;
  /** Milliseconds on the monotonic clock (`performance.now()`). */
  atMs: number;
}

/** keepalived's processes, as proved by its pid file and /proc. */
export type DaemonProcess =
  | { state: 'not-installed' }
  /** It could not be looked at: nothing follows from it. The reason has no full stop. */
  | { state: 'unknown'; reason: string }
  | {
      state: 'stopped';
      /** A pid file that points at no process, or at another program's; pid 0: it holds no pid. */
      stalePidFile: { path: string; pid: number; otherProgram: string | undefined } | undefined;
      /**
       * Its VRRP process and the like, if they outlived it: those of a killed daemon take a second
       * to give up their addresses and end, and no other starts meanwhile (measured, 2.2.7).
       */
      leftChildPids: readonly number[];
    }
  | {
      state: 'running';
      pid: number;
      /** Wall clock, milliseconds since the epoch. */
      startedAtMs: number;
      version: string | undefined;
      /** The VRRP child, absent when it died or has not started yet. */
      vrrpPid: number | undefined;
      childPids: number[];
      /** Those of its processes that do nothing now, but hold what they hold; absent: none. */
      halted?: readonly HaltedProcess[];
      /** It was found in /proc only: the pid file that we were told of does not lead to it. */
      lostPidFile?: LostPidFile;
    };

/** A pid file that does not name the keepalived that runs. */
export interface LostPidFile {
  path: string;
  /** What it names instead; 0: no pid; undefined: there is no such file. */
  pid: number | undefined;
  /** The pid file that does name it, if one was found. */
  ownPath: string | undefined;
}

export interface HaltedProcess {
  pid: number;
  /** `stopped` by a signal or a debugger, until it is continued · `blocked` in the kernel, perhaps for a moment. */
  how: 'stopped' | 'blocked';
}

export type VrrpState = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT' | 'DELETED' | 'STOP';

export interface RuntimeAddress {
  /** As the kernel is told it: `10.9.0.100/24`, `fd00::1/64`. */
  cidr: string;
  /** The interface that holds it: with `use_vmac` the virtual one. */
  interfaceName: string | undefined;
  label?: string;
  /** keepalived's claim that it put the address there; no proof (see keepalived-facts, 6). */
  claimedSet: boolean;
}

/** One `vrrp_instance` as the running daemon describes it. Never holds a password. */
export interface RuntimeInstance {
  name: string;
  state: VrrpState;
  wantedState: VrrpState;
  /** Its own: with `use_vmac` or `use_ipvlan` the virtual one; empty for one without (unicast). */
  interfaceName: string;
  /** Of `use_vmac` and `use_ipvlan`; absent if it has none. */
  virtualInterfaceName?: string;
  virtualRouterId: number;
  version: 2 | 3;
  basePriority: number;
  effectivePriority: number;
  /** While BACKUP: the priority in the advertisements it receives; absent if it hears none. */
  masterPriority?: number;
  /** While MASTER: the priority of the server that it heard before it took over; absent: none. */
  lastHeardPriority?: number;
  advertIntervalSeconds: number;
  nopreempt: boolean;
  /** Wall clock, milliseconds since the epoch; undefined before the first transition. */
  lastTransitionAtMs: number | undefined;
  authentication: 'none' | 'password' | 'ah';
  addresses: RuntimeAddress[];
  /** Counters by keepalived's own names (`advert_rcvd`, `become_master`, …). */
  statistics: Record<string, number>;
}

/** keepalived's own report, or why there is none, as a sentence. */
export type RuntimeReport =
  | {
      ok: true;
      instances: RuntimeInstance[];
      source: 'json' | 'text';
      /** Why it is the text dump, which lacks the counters, as a sentence. */
      impediment?: string;
    }
  | {
      ok: false;
      reason: string;
      /** It has only just been started, and an account will come. */
      starting?: true;
      /** It was asked for each kind of dump, or is stopped, and did not answer at all. */
      silent?: true;
    };

/** Something that keepalived watches, and how it fares by keepalived's own account. */
export interface TrackedItem {
  kind: 'script' | 'interface' | 'file' | 'process';
  name: string;
  /** undefined: it has no result yet. */
  good: boolean | undefined;
  /** In a few words: `value -254`, `0 of 1 processes`; empty if there is nothing to add. */
  detail: string;
  /** Of a file. `isOwn`: it lies in this program's folder, where the drill's page writes it. */
  file?: { path: string; value: number; isOwn?: true };
  /** Who watches it, and whether a bad result is a FAULT or only costs priority. */
  instances: {
    name: string;
    weight: number;
    forcesFault: boolean;
    /** Tracked with `reverse`: a good result does what a bad one does otherwise. Not of a file. */
    isReversed?: true;
    /** Of a file: whether its number asks nothing of this one. */
    good?: boolean;
  }[];
}

/** The master that an instance hears while it is BACKUP. */
export interface MasterRouter {
  instanceName: string;
  /** Of the server that sends the advertisements. */
  address: string;
  priority: number;
  /** As in `RuntimeInstance`: tells to which time as BACKUP it belongs. */
  lastTransitionAtMs: number;
}

/** All that keepalived watches, or why that is not known. */
export type TrackingReport =
  | {
      ok: true;
      items: TrackedItem[];
      /** Absent: none is heard. */
      masters?: MasterRouter[];
      /** What the same dump tells of the instances, without counters; absent: it cannot be read. */
      instances?: RuntimeInstance[];
    }
  | { ok: false; reason: string };

export interface NetworkAddress {
  family: 'inet' | 'inet6';
  address: string;
  prefixLength: number;
  /** Only an IPv4 address has one; absent where it is the interface's name, which is the default. */
  label?: string;
}

/** What the kernel told of one address when it came or went. */
export interface AddressChange {
  kind: 'added' | 'removed';
  interfaceName: string;
  address: NetworkAddress;
}

export interface NetworkInterface {
  name: string;
  /** Of a virtual one that stands on another: keepalived makes these for `use_vmac`, `use_ipvlan`. */
  virtual?: { kind: 'macvlan' | 'ipvlan'; parentName: string };
  /** What it stands on: the one below a VLAN or a virtual one. */
  lowerName?: string;
  /** The bridge or bond that it is a part of. */
  masterName?: string;
  isBridge?: boolean;
  macAddress: string | undefined;
  /** Administratively up (IFF_UP). */
  up: boolean;
  /** Has a carrier (LOWER_UP). */
  carrier: boolean;
  addresses: NetworkAddress[];
}

/** The kernel's account, or why there is none. */
export type NetworkReport =
  { ok: true; interfaces: NetworkInterface[] } | { ok: false; reason: string };

/** Whether a service starts at boot, by which tool's word. */
export type BootSetting =
  { known: true; enabled: boolean; tool: string } | { known: false; reason: string };

export type HealthcheckOutcome =
  | { kind: 'ok'; httpStatus: number }
  | { kind: 'http-error'; httpStatus: number }
  /** A redirect or an error, which the command takes for a success: curl without --fail. */
  | { kind: 'accepted'; httpStatus: number }
  | { kind: 'refused' }
  | { kind: 'timed-out'; afterMs: number }
  /** This program waits no longer; the command does. */
  | { kind: 'unfinished'; afterMs: number }
  | { kind: 'failed'; reason: string };

export interface HealthcheckResult {
  url: string;
  outcome: HealthcheckOutcome;
  durationMs: number;
}

/** What an examination of a healthcheck gave: also what came back. */
export interface HealthcheckExamination extends HealthcheckResult {
  /** undefined: there was no answer. */
  answer:
    | {
        contentType: string | undefined;
        /** Where a redirect leads that was not followed. */
        location: string | undefined;
        /** The first characters of the body; empty if there is none. */
        beginning: string;
        /** More came than a healthcheck reads (64 KiB). */
        isLarge: boolean;
      }
    | undefined;
}

/** A tracked script that was run once, as keepalived would run it. */
export interface ScriptRun {
  scriptName: string;
  userName: string;
  outcome:
    | { kind: 'exited'; exitCode: number }
    | { kind: 'timed-out'; afterMs: number }
    /** It could not be run at all; the reason is the end of a sentence. */
    | { kind: 'not-run'; reason: string }
    /**
     * It has root's power, and others may change it: this program does not run it.
     * `isDisabled`: neither does keepalived, which goes on without it.
     */
    | { kind: 'insecure'; reason: string; isDisabled: boolean };
  /** What it printed, both streams, bounded. */
  output: string;
  durationMs: number;
}

/** Who answers by ARP for an address, asked from no address of ours (RFC 5227). */
export type AddressProbe = { interfaceName: string; address: string } & (
  | { ok: true; macAddresses: string[] }
  /** The reason is the end of a sentence. */
  | { ok: false; reason: string }
);

/** What the kernel is set to on an interface, where the setting exists (ip-sysctl). */
export interface KernelSettings {
  interfaceName: string;
  /** The stricter one of `all` and the interface's own, as the kernel takes it. */
  arpIgnore: number | undefined;
  rpFilter: number | undefined;
  disableIpv6: number | undefined;
  ipNonlocalBind: number | undefined;
  /** Why a setting that exists could not be read; no full stop. */
  unseen?: string;
}
