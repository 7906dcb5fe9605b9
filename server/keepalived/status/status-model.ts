/** What goes into the verdict and what comes out. */
import type { ConfigurationSummary } from '../config/questions.ts';
import type {
  BootSetting,
  DaemonProcess,
  HealthcheckResult,
  NetworkReport,
  Observed,
  RuntimeReport,
  TrackedItem,
  TrackingReport,
} from '../proof/evidence.ts';
import type { LogEvidence } from '../runtime/log/log-evidence.ts';
import type { Alarm } from './alarms/alarm-codes.ts';
import type { DebugFinding } from './alarms/debug-findings.ts';
import type { FileDifference } from './file-differences.ts';
import type { Maintenance } from './hold.ts';
import type { MasterContacts } from './masters/master-contacts.ts';

/** Everything that was witnessed, each with its age; undefined: not asked yet. */
export interface Evidence {
  daemon: Observed<DaemonProcess> | undefined;
  runtime: Observed<RuntimeReport> | undefined;
  network: Observed<NetworkReport> | undefined;
  configuration: Observed<ConfigurationEvidence> | undefined;
  startOnBoot: Observed<BootSetting> | undefined;
  /** By `describeKey` of the request. */
  healthchecks: ReadonlyMap<string, Observed<HealthcheckResult>>;
  /** Of tracked scripts by name: why keepalived cannot run them; absent: none is known. */
  scriptObstacles?: ReadonlyMap<string, string>;
  tracking: Observed<TrackingReport> | undefined;
  log: LogEvidence;
  /** What Debug has proved. */
  findings: readonly DebugFinding[];
  /** Monotonic, ms: when keepalived last answered. */
  lastAccountAtMs: number | undefined;
  /** What is watched, but not seen now, a sentence each; absent: nothing. */
  blindSpots?: readonly string[];
  /** For how long a fact may be believed, in ms; absent: `evidenceLifetimeMs`. */
  lifetimeMs?: number | undefined;
  /** keepalived was asked twice in a row, and did not answer; absent: it did, or was asked once. */
  isSilent?: boolean;
  /** When standbys last heard their masters; absent: no account proves it. */
  masterContacts?: MasterContacts;
  /** Monotonic, ms: since when the instances' states have been what `runtime` says. */
  statesSinceMs: number | undefined;
}

/** The live configuration on disk and what is known of the one that the daemon loaded. */
export type ConfigurationEvidence =
  | { ok: false; reason: string }
  | {
      ok: true;
      /** SHA-256 of the live file's bytes. */
      tag: string;
      summary: ConfigurationSummary;
      /** undefined: not known (keepalived is stopped, or its start could not be dated). */
      editedSinceLoad: boolean | undefined;
      /** Monotonic, ms: by then keepalived had loaded this very text; absent: it has not, or not known. */
      loadedByMs?: number;
    };

export type StateWord =
  'Active' | 'Standby' | 'Fault' | 'Starting' | 'Stopped' | 'Unknown' | 'Alarm';

/** Something that keepalived watches for an instance, with the newest that is known of it. */
export interface WatchedItem {
  kind: TrackedItem['kind'];
  name: string;
  /** undefined: no result is known. */
  good: boolean | undefined;
  /** In a few words; empty if there is nothing to add. */
  detail: string;
  /** Of a file that keepalived gave account of. */
  file?: NonNullable<TrackedItem['file']>;
  weight: number | undefined;
  /** Whether a bad result is a FAULT of this instance, or only costs priority. */
  forcesFault: boolean;
  /** Tracked with `reverse`: success and failure change places in what they do. */
  isReversed?: true;
  /** False: the file has it tracked, and keepalived goes on without it. */
  isRun?: false;
  /** Wall clock, ms: since when the result has been what it is; undefined: not known. */
  sinceMs: number | undefined;
}

/** Another server whose advertisements keep this one a standby. */
export interface ServingMaster {
  /** undefined: keepalived did not name it lately. */
  address: string | undefined;
  priority: number;
  /** Its last advertisement came within the last so many ms; undefined: that is not proved. */
  heardWithinMs: number | undefined;
  /** For how long none came; undefined: no longer than usual, or not known. */
  silentForMs: number | undefined;
}

export interface InstanceStatus {
  name: string;
  addresses: { cidr: string; interfaceName: string | undefined; held: boolean | undefined }[];
  healthcheck:
    | {
        url: string;
        words: string;
        good: boolean | undefined;
        /** The script by which keepalived itself asks the URL, and how often. */
        scriptName: string;
        intervalSeconds: number;
        /** How long this program's own request took; undefined: no result that counts. */
        durationMs: number | undefined;
        /** False: this program cannot make the script's request, and makes none. */
        isRepeatable: boolean;
      }
    | undefined;
  /** Undefined: the file does not say it, or a part that is not read may say otherwise. */
  configurationState: 'MASTER' | 'BACKUP' | undefined;
  /** Whether the file may say more of it than was read: what is missing here is then not known. */
  hasUnreadParts: boolean;
  state: StateWord;
  /** Why, for every word that is not self-explaining. */
  reason: string | undefined;
  /** How long it has been unknown, as far as it is known how long. */
  unknownForMs: number | undefined;
  alarms: Alarm[];
  /** Whom it hears while it is Standby; absent: nobody, or it is not Standby. */
  servingMaster?: ServingMaster | undefined;
  serving: 'Yes' | 'No' | 'Unknown';
  interfaceName: string | undefined;
  virtualRouterId: number | undefined;
  priority: { configured: number | undefined; effective: number | undefined };
  /** Where the file says otherwise than what runs; undefined: nowhere, or nothing runs. */
  fileDifference?: FileDifference | undefined;
  /** Wall clock, ms; not changed by a reload, as keepalived's own word is. */
  lastTransitionAtMs: number | undefined;
  watched: WatchedItem[];
  /** Present while its tracked file keeps it from serving, because somebody asked for it. */
  maintenance?: Maintenance | undefined;
  /** Its counters since its start, by keepalived's own names; none where it gave no account. */
  statistics: Record<string, number>;
}

export interface KeepalivedStatus {
  daemon: DaemonProcess | { state: 'unknown'; reason: string };
  startOnBoot: BootSetting;
  instances: InstanceStatus[];
  /** Of the machine, not of one instance. */
  alarms: Alarm[];
  configuration: { problem: string | undefined; editedSinceLoad: boolean | undefined };
  /** Age of the oldest fact among those that the states rest on; undefined: none yet. */
  evidenceAgeMs: number | undefined;
}
