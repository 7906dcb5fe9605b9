/**
 * The port: all that the rest of the program may ask of the machine. Arguments and results are
 * plain data (events too), so that the port can become the line between an unprivileged web
 * process and a privileged agent. Nothing here throws for what the machine may legitimately answer;
 * it throws only for programming errors.
 */
import type { FirewallReport } from '../keepalived/firewall/firewall-report.ts';
import type { VrrpPacket } from '../keepalived/firewall/packet.ts';
import type { HealthcheckRequest } from '../keepalived/healthcheck/request.ts';
import type { ResolvedInclude } from '../keepalived/language/assembled.ts';
import type { HiddenInclude } from '../keepalived/language/hidden-includes.ts';
import type {
  AddressChange,
  AddressProbe,
  BootSetting,
  DaemonProcess,
  HealthcheckExamination,
  HealthcheckResult,
  KernelSettings,
  NetworkReport,
  RuntimeReport,
  ScriptRun,
  TrackingReport,
} from '../keepalived/proof/evidence.ts';
import type { LogLine } from '../keepalived/runtime/log/log-lines.ts';
import type { MessageKind } from '../keepalived/runtime/messages/message-kind.ts';

export interface Appliance {
  // Witnesses
  /** The machine's short host name (what `hostname` prints). */
  readHostName(): Promise<string>;
  readDaemon(): Promise<DaemonProcess>;
  /** What keepalived compares `@id` lines with; undefined: that cannot be looked at. */
  readConfigurationId(): Promise<string | undefined>;
  /** Asks the daemon for a dump and reads it; keepalived logs a line for each, so ask seldom. */
  readRuntime(): Promise<RuntimeReport>;
  /** What keepalived watches, from its text dump; logs a line for each of its processes. */
  readTracking(): Promise<TrackingReport>;
  readNetwork(): Promise<NetworkReport>;
  readDefaultRoutes(): Promise<DefaultRoutes>;
  /**
   * Whether the look-up of this server's own name ends in a moment, found or not. Silent: no name
   * server answers, and each keepalived process waits for it.
   */
  lookUpOwnName(): Promise<NameAnswer>;
  /** Whether the kernel has, or can load, what a `virtual_server` needs. */
  lookForIpvs(): Promise<IpvsLook>;
  /** Of the installed keepalived, whether it runs or not: `2.2.7`. */
  readInstalledVersion(): Promise<string | undefined>;
  readStartOnBoot(service: string): Promise<BootSetting>;
  /** Judges the answer as the command does that the request is of. Bounded to 10 s and 64 KiB. */
  probeHealthcheck(request: HealthcheckRequest): Promise<HealthcheckResult>;
  /**
   * Takes an address off an interface (`ip address del`).
   * @param cidr as `readNetwork` names it: `10.9.0.100/24`; anything else is refused.
   */
  removeAddress(interfaceName: string, cidr: string): Promise<CommandReport>;
  /** Every packet filter, by each of its tools. */
  readFirewall(): Promise<FirewallReport>;
  /** Lets advertisements pass by rules of our own, where rules or a policy may drop them. */
  allowVrrp(packets: readonly VrrpPacket[]): Promise<FirewallChange>;
  /** Takes our own rules for them away again. */
  withdrawVrrp(packets: readonly VrrpPacket[]): Promise<FirewallChange>;
  /** Removes one rule of ours; `removal` names it (`OwnRule.removal`), and is not run. */
  removeOwnFirewallRule(removal: string): Promise<FirewallChange>;
  /**
   * Whether another machine answers now for an address on the network of an interface; takes up to
   * 0.2 s. Silent too where the address is not on that network.
   */
  askForAddress(interfaceName: string, address: string): Promise<AddressAnswer>;
  /** Calls back, debounced, whenever one of the witnesses may have something new to say. */
  watch(onEvent: (event: ApplianceEvent) => void): Promise<ApplianceWatch>;
  /**
   * Calls back with keepalived's lines as they are logged from now on, oldest first, several at a
   * time; through rotation by renaming and by truncating. Our own dump requests are left out.
   */
  followLog(onLines: (lines: LogLine[]) => void): Promise<LogFollower>;

  /** What the watch and the follower of the log can’t see now, a sentence each; they try again. */
  readBlindSpots(): Promise<string[]>;

  // What is asked when something is wrong
  /** Listens to VRRP on an interface, within limits; calls back with a pcap file as it grows. */
  startCapture(request: CaptureRequest, onBytes: (bytes: Uint8Array) => void): Capture;
  /** Asks by ARP who has an IPv4 address; two seconds at most. */
  probeAddress(interfaceName: string, address: string): Promise<AddressProbe>;
  readKernelSettings(interfaceNames: readonly string[]): Promise<KernelSettings[]>;
  /** Whether the kernel can tell keepalived of processes; undefined: that cannot be looked at. */
  hasProcessConnector(): Promise<boolean | undefined>;
  /** Why keepalived cannot run a script's program; undefined: it can, or that is not known. */
  findScriptObstacle(file: string): Promise<string | undefined>;
  /** As `probeHealthcheck`, and what came back. */
  examineHealthcheck(request: HealthcheckRequest): Promise<HealthcheckExamination>;
  /** Runs a tracked script once, as keepalived does. */
  runScript(request: ScriptRunRequest): Promise<ScriptRun>;

  // Configuration files
  /**
   * The live file, the two stored ones and the live file's includes, in this order.
   * @param candidate follows the includes as they were with this text
   */
  listConfigurationFiles(candidate?: CandidateText): Promise<ConfigurationFileEntry[]>;
  /** @param candidate as for the list; what is read is what is on the disk */
  readConfigurationFile(id: string, candidate?: CandidateText): Promise<ConfigurationFileContent>;
  /**
   * Replaces the file atomically (temporary file beside it, owner and mode kept, fsync, rename,
   * fsync of the folder) if it is still what `expectedTag` says (null: it must not exist).
   */
  replaceConfigurationFile(id: string, change: FileReplacement): Promise<FileReplacementResult>;
  /** `keepalived -t` on exactly these bytes, in a private mount, without touching the disk's files. */
  testConfiguration(id: string, text: string): Promise<ConfigurationTest>;
  /** Whether there is a file at this absolute path that can be run. */
  lookUpProgram(path: string): Promise<ProgramLookup>;
  /** Whether there is a network namespace of this name; undefined: unknown. */
  hasNetworkNamespace(name: string): Promise<boolean | undefined>;
  /** Whether the kernel lets a program send from this address; undefined: unknown. */
  canSendFrom(address: string, interfaceName?: string): Promise<boolean | undefined>;

  // Maintenance
  /**
   * Where the file of an instance, whose number keepalived adds to the priority, belongs; makes its
   * folder.
   * @param name the instance's, `\w`, dots and hyphens only
   */
  prepareTrackFile(name: string): Promise<string>;
  readTrackFile(path: string): Promise<TrackFileReading>;
  /** Only where there is such a file, or none yet, in a folder that nobody else may write. */
  writeTrackFile(path: string, value: number): Promise<TrackFileWriting>;

  // Services
  readServices(): Promise<ServiceReport[]>;
  /**
   * How the keepalived with this pid ended, by the word of who started it: systemd, or this program.
   * Undefined: nobody tells, or it runs.
   */
  readKeepalivedExit(pid: number): Promise<KeepalivedExit | undefined>;
  controlService(service: string, action: ServiceAction): Promise<CommandReport>;
  setStartOnBoot(service: string, enabled: boolean): Promise<CommandReport>;

  // Log
  readLog(query: LogQuery): Promise<LogPage>;
  /** keepalived's lines as text, oldest first, in chunks; for a download. */
  exportLog(filter: LogFilter): AsyncIterable<string>;
  /** What was logged behind a cursor (`newest`), through rotation by renaming and by truncating. */
  readNewerLog(after: string, filter: LogFilter): Promise<NewerLogLines>;

  /** Ends everything that the appliance started for itself; never keepalived. */
  close(): Promise<void>;
}

/** Whether a change outlasts a reboot, and where, or what to do for that. */
export interface Persistence {
  lasts: boolean;
  sentence: string;
}

export interface FirewallChange {
  /** What was done, in order; nothing: it was so already. */
  commands: CommandReport[];
  /** Undefined: nothing was changed. */
  lasting: Persistence | undefined;
  /** The rules as they are now, read again. */
  report: FirewallReport;
}

export interface ApplianceEvent {
  /** `instances`: keepalived wrote into a notify FIFO. */
  about: 'network' | 'daemon' | 'configuration' | 'instances';
  /** Of `network`: the addresses that came and went, oldest first, as the kernel told of them. */
  addressChanges?: readonly AddressChange[];
}

export interface ApplianceWatch {
  /** The `notify_fifo`s of the configuration, as it is now. */
  setNotifyFifos(paths: readonly string[]): void;
  /** Nobody looks: what no event tells may be seen half a second later. */
  setResting: (isResting: boolean) => void;
  close(): Promise<void>;
}

export interface CaptureRequest {
  interfaceName: string;
  /** IPv4 addresses: what is said of them by ARP is heard, too. */
  addresses: readonly string[];
  /** 1 to 300. */
  seconds: number;
}

export interface Capture {
  /** Why there was nothing to listen to, as the end of a sentence; undefined: it simply ended. */
  ended: Promise<string | undefined>;
  close: () => Promise<void>;
}

export interface ScriptRunRequest {
  scriptName: string;
  /** The program and its arguments. */
  command: readonly string[];
  /** undefined: keepalived's default. */
  userName: string | undefined;
  /** `enable_script_security`: keepalived runs nothing as root that others may change. */
  hasScriptSecurity: boolean;
  timeoutMs: number;
}

export interface LogFollower {
  close(): Promise<void>;
}

export type ConfigurationFileRole = 'live' | 'stored-master' | 'stored-backup' | 'included';

/** A file that the page manages. The id is made here and never contains a path. */
export interface ConfigurationFileEntry {
  id: string;
  role: ConfigurationFileRole;
  path: string;
  exists: boolean;
  /** Why it is neither read nor written: an include that leads outside the folder. */
  problem?: string | undefined;
  /** What its own include lines name; undefined: that is not known. */
  includes?: ResolvedInclude[] | undefined;
}

/** A text that may come into a file's place. */
export interface CandidateText {
  /** The file's; that of a stored one stands for the live file, as the button would put it there. */
  fileId: string;
  text: string;
}

export type ConfigurationFileContent =
  | {
      ok: true;
      id: string;
      path: string;
      text: string;
      /** SHA-256 of the bytes, hexadecimal. */
      tag: string;
      modifiedAtMs: number;
      mode: number;
    }
  | {
      ok: false;
      id: string;
      path: string;
      problem: 'missing' | 'unreadable' | 'not-text' | 'too-large' | 'not-a-file' | 'unknown-id';
      /** A sentence that says what is wrong and what to do. */
      message: string;
    };

/** The reason has no full stop. */
export type ProgramLookup =
  { known: true; isExecutable: boolean } | { known: false; reason: string };

/** The interfaces through which a default route leaves, those of IPv4 first. */
export type DefaultRoutes =
  | { ok: true; interfaceNames: string[] }
  /** A sentence. */
  | { ok: false; reason: string };

export interface FileReplacement {
  text: string;
  expectedTag: string | null;
}

export type FileReplacementResult =
  | { outcome: 'replaced'; tag: string }
  | { outcome: 'conflict'; currentTag: string | null }
  | { outcome: 'failed'; code: string; message: string };

export type AddressAnswer =
  | { kind: 'answered'; macAddress: string }
  | { kind: 'silent' }
  /** The network could not be asked, or its answer not read: whether somebody has it is not known. */
  | { kind: 'unseen'; reason: string };

export type NameAnswer = { kind: 'answered' | 'silent' } | { kind: 'unseen'; reason: string };

export type IpvsLook = { kind: 'available' | 'absent' } | { kind: 'unseen'; reason: string };

/** 0 where there is no file: keepalived reads it so. */
export type TrackFileReading = { ok: true; value: number } | { ok: false; message: string };

export type TrackFileWriting = { ok: true } | { ok: false; message: string };

export interface ConfigurationTest {
  /** Whether the test ran to its end; false with `reason` when keepalived is absent or timed out. */
  ran: boolean;
  reason: string | undefined;
  exitCode: number | undefined;
  /**
   * What it printed, unparsed: `runtime/config-test-output.ts` reads it. Only lines that concern the
   * files that were given to it.
   */
  output: string;
  /** How many lines are left out of `output`, because they may quote another file. */
  withheldLines?: number;
  /** Includes that lead outside the configuration folder: keepalived's test saw them as empty. */
  outsideIncludes?: string[];
  /** Includes of which keepalived's children crash; without a path in the tested text. */
  hiddenIncludes?: HiddenInclude[];
  /** Absolute path of the tested text in its output; an include may be named relative to it. */
  testedPath: string | undefined;
}

/** `stopped`: in order, by whomever · `failed`: by itself, or killed. */
export type KeepalivedExit = 'stopped' | 'failed';

export type ServiceAction = 'start' | 'stop' | 'restart' | 'reload';

export interface ServiceReport {
  name: string;
  description: string;
  startOnBoot: BootSetting;
  running: { known: true; running: boolean } | { known: false; reason: string };
}

/** What a command did, as shown to the user. */
export interface CommandReport {
  /** The command as one would type it: `systemctl start keepalived`. */
  command: string;
  result: 'ok' | 'exited' | 'timedOut' | 'notFound' | 'notStarted';
  exitCode: number | undefined;
  /** Its output, both streams, trimmed and bounded. */
  output: string;
}

/** Which of keepalived's lines are meant; what is not named lets everything through. */
export interface LogFilter {
  /** Substring, case-insensitive; never a pattern (ReDoS). */
  filter?: string | undefined;
  kind?: MessageKind | undefined;
  /** Wall clock, ms since the epoch, both inclusive. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

export interface LogQuery extends LogFilter {
  /** How many lines, newest first. 1 to 5000. */
  limit: number;
  /** Only what is older than the place that this cursor (`LogPage.older`) names. */
  before?: string | undefined;
}

export type LogPage =
  | {
      ok: true;
      source: string;
      lines: LogLine[];
      /** Whether there is nothing older that was asked for. */
      reachedStart: boolean;
      /** Cursor of the place to go on from; undefined: the start was reached. */
      older?: string | undefined;
      /**
       * The search was ended at lines of this time, before it found as many as were asked for;
       * null: at lines without a time.
       */
      searchedBackToMs?: number | null | undefined;
      /** Cursor of the log's end, for `readNewerLog`; undefined for a page that began before it. */
      newest?: string | undefined;
      /** What was passed over, and why: a sentence each. */
      notes?: string[] | undefined;
    }
  | {
      ok: false;
      source: string;
      message: string;
      /** The log can be read, but the cursor was not made here, or its place is gone. */
      problem?: 'unknown-place' | undefined;
    };

export type NewerLogLines =
  | {
      ok: true;
      /** Oldest first, at most 500. */
      lines: LogLine[];
      /** Cursor of the place behind them. */
      newest: string;
      /** Whether the log goes on behind them already. */
      hasMore: boolean;
      /** The cursor's place is gone, so lines before these may be missing. */
      isGap: boolean;
    }
  | { ok: false; message: string };
