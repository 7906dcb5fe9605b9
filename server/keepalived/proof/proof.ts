/**
 * The proof that a configuration is live: what must be seen after a reload before anyone may say
 * that it worked. An exit code proves nothing: a reload "succeeds" when the daemon exits because of it.
 */
import { findNewMisplacement } from '../addresses/address-places.ts';
import type { AddressEvidence } from '../addresses/address-places.ts';
import { findInstanceDifference } from '../config/instance-differences.ts';
import type { ConfigurationSummary } from '../config/questions.ts';
import { listWeights } from '../foresight/elections/effective-priority.ts';
import type { ReloadLog } from '../runtime/log/reload-log.ts';
import type { DaemonProcess, RuntimeInstance, TrackingReport } from './evidence.ts';

/** One look at the machine. */
export interface ProofEvidence extends AddressEvidence {
  daemon: DaemonProcess;
  /** What keepalived tracks, where that was asked in the same dump. */
  tracking?: TrackingReport;
}

/** What a proof is about. */
export interface ProofCase {
  before: ProofEvidence;
  /** The summary of the configuration that was installed. */
  expected: ConfigurationSummary;
  /** That of the one before it, where it could be read. */
  previous: ConfigurationSummary | undefined;
}

/**
 * `proved`: the daemon runs exactly this configuration and the addresses are where it says ·
 * `pending`: not yet, and waiting may help · `unheard`: all is well, but a new script has not been
 * heard of · `wrong`: it will stay so, if it is seen again · `failed`: it will stay so.
 */
export type ProofVerdict =
  | { kind: 'proved' }
  | {
      kind: 'pending' | 'unheard' | 'wrong' | 'failed';
      /** Whether keepalived took the file, or what it then made of its instances and addresses. */
      about: 'load' | 'states';
      /** Without a full stop. */
      reason: string;
    };

/**
 * Compares a sighting after a reload with the one before it, with the file, and with the log.
 * @param log undefined: it cannot be read, and says nothing
 */
export function judgeProof(
  proof: ProofCase,
  after: ProofEvidence,
  log: ReloadLog | undefined,
): ProofVerdict {
  const load = judgeLoad(proof, after, log);
  return load.kind === 'proved' ? judgeStates(proof, after, log) : load;
}

/**
 * The same of a look that did not ask keepalived itself: `proved` means only that nothing speaks
 * against it so far.
 */
export function judgeWithoutAccount(
  { before }: ProofCase,
  { daemon }: ProofEvidence,
  log: ReloadLog | undefined,
): ProofVerdict {
  return judgeProcesses(before, daemon, log);
}

/** Whether the daemon and its children live, and run what the file says. */
function judgeLoad(
  { before, expected, previous }: ProofCase,
  after: ProofEvidence,
  log: ReloadLog | undefined,
): ProofVerdict {
  const about = 'load';
  const processes = judgeProcesses(before, after.daemon, log);
  if (processes.kind !== 'proved') return processes;
  const pending = (reason: string): ProofVerdict => ({ kind: 'pending', about, reason });

  if (expected.instances.length === 0) return { kind: 'proved' };
  const vrrpPid = after.daemon.state === 'running' ? after.daemon.vrrpPid : undefined;
  if (vrrpPid === undefined) return pending('keepalived’s VRRP process is not running');
  if (!after.runtime) return pending('keepalived did not answer');
  if (!after.runtime.ok) return pending(withoutStop(after.runtime.reason));
  const difference = findInstanceDifference(expected, previous, after.runtime.instances);
  return difference === undefined
    ? { kind: 'proved' }
    : { kind: 'wrong', about, reason: difference };
}

/** Whether the daemon and its VRRP process are those from before, and the log has no word against it. */
function judgeProcesses(
  before: ProofEvidence,
  daemon: DaemonProcess,
  log: ReloadLog | undefined,
): ProofVerdict {
  const about = 'load';
  const failed = (reason: string): ProofVerdict => ({ kind: 'failed', about, reason });
  const pending = (reason: string): ProofVerdict => ({ kind: 'pending', about, reason });

  const complaint = log?.configurationError;
  const lastWords = complaint ?? log?.fatalLine;
  const says = lastWords === undefined ? '' : `, and says: “${lastWords}”`;
  if (daemon.state === 'unknown') {
    return pending(`can’t tell whether keepalived is running: ${daemon.reason}`);
  }
  if (daemon.state !== 'running') return failed(`keepalived exited${says}`);
  const { pid, vrrpPid } = daemon;
  if (before.daemon.state === 'running') {
    if (before.daemon.pid !== pid) return failed(`keepalived exited and was restarted${says}`);
    const oldVrrpPid = before.daemon.vrrpPid ?? vrrpPid;
    if (vrrpPid !== undefined && vrrpPid !== oldVrrpPid) {
      return failed(`keepalived’s VRRP process exited and was restarted${says}`);
    }
  }
  return complaint === undefined ? { kind: 'proved' } : failed(`keepalived says: “${complaint}”`);
}

/** What the instances make of it: no new FAULT, and the addresses where the states say. */
function judgeStates(
  { before, expected, previous }: ProofCase,
  after: ProofEvidence,
  log: ReloadLog | undefined,
): ProofVerdict {
  const about = 'states';
  const pending = (reason: string): ProofVerdict => ({ kind: 'pending', about, reason });

  const running = after.runtime?.ok ? after.runtime.instances : [];
  const newFault = findNewFault(before, running);
  if (newFault) {
    return { kind: 'wrong', about, reason: describeFault(newFault, log?.faultCause) };
  }
  const starting = running.find(({ state }) => state === 'INIT');
  if (starting) return pending(`${starting.name} has not chosen a state yet`);
  if (!after.network.ok) return pending(withoutStop(after.network.reason));
  const misplaced = findNewMisplacement(before, after);
  if (misplaced !== undefined) return pending(misplaced);
  return judgeScripts(expected, previous, log);
}

const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '');

function findNewFault(
  { runtime }: ProofEvidence,
  running: readonly RuntimeInstance[],
): RuntimeInstance | undefined {
  const known = runtime?.ok ? runtime.instances : [];
  const wasInFault = new Set(
    known.filter(({ state }) => state === 'FAULT').map(({ name }) => name),
  );
  return running.find(({ name, state }) => state === 'FAULT' && !wasInFault.has(name));
}

function describeFault({ name }: RuntimeInstance, cause: string | undefined): string {
  return cause === undefined
    ? `${name} went into FAULT: its interface is down, or a tracked script, file or process fails`
    : `${name} went into FAULT; keepalived says: “${cause}”`;
}

/**
 * A script that is new runs at once, and its first result decides about FAULT; one with a new
 * command is "considered successful" until it has failed often enough (measured, 2.2.7).
 */
function judgeScripts(
  expected: ConfigurationSummary,
  previous: ConfigurationSummary | undefined,
  log: ReloadLog | undefined,
): ProofVerdict {
  const tracked = listTracked(expected, 'faulting');
  const before = previous ? listTracked(previous, 'all') : tracked;
  const about = 'states';
  for (const [name, command] of tracked) {
    const old = before.get(name);
    if (old === command) continue;
    const heard = log?.scripts.get(name);
    if (heard === 'bad') {
      return { kind: 'failed', about, reason: `the tracked script ${name} fails when it is run` };
    }
    if (old === undefined && heard === undefined) {
      return { kind: 'unheard', about, reason: `the tracked script ${name} has not ended yet` };
    }
  }
  return { kind: 'proved' };
}

/**
 * The commands of the tracked scripts.
 * @param which `faulting`: only of those that put an instance into FAULT, by the weight that counts where
 * a script is tracked, in the instance or in its sync group, not by that of its definition
 */
function listTracked(
  summary: ConfigurationSummary,
  which: 'all' | 'faulting',
): Map<string, string> {
  const names = new Set(
    summary.instances
      .flatMap((instance) => listWeights(instance, summary))
      .filter(({ kind, weight }) => kind === 'script' && (which === 'all' || weight === 0))
      .map(({ name }) => name),
  );
  return new Map(
    summary.scripts
      .filter(({ name }) => names.has(name))
      .map(({ name, command }) => [name, command]),
  );
}

/**
 * The same while keepalived still reads the file: what it tells meanwhile is about the old one. Only
 * that it has ended is final.
 */
export function judgeWhileReading(verdict: ProofVerdict): ProofVerdict {
  if (verdict.kind === 'failed') return verdict;
  return {
    ...{ kind: 'pending', about: 'load' },
    reason: `keepalived has not read the whole file within ${longestReadMs / 1000} s, ${likelyCause}`,
  };
}

/**
 * How long keepalived may read a file. Each of its processes waits 10 s for a silent name server, or
 * 30 s for three, and the VRRP process begins when the main one has ended (measured, 2.2.7).
 */
export const longestReadMs = 75_000;
/** Nothing else is known to take so long. */
const slowReadMs = 4_000;
const likelyCause =
  'most likely because no name server of /etc/resolv.conf answers: it looks up this server’s own name where global_defs has no router_id, and other names in the file';

/** What is to be said of a file that took long to read; undefined: it did not. */
export function describeSlowRead(readMs: number): string | undefined {
  if (readMs < slowReadMs) return undefined;
  return `keepalived took ${Math.round(readMs / 1000)} s to read the file, ${likelyCause}. While its VRRP process waited, it sent no advertisements, so another server may have served too. Write router_id and a name into global_defs, and addresses instead of names.`;
}

/** How long a proof may take: three advertisements and the election, plus 5 s. */
export function proofTimeoutMs(expected: ConfigurationSummary): number {
  const slowest = Math.max(1, ...expected.instances.map((one) => one.advertIntervalSeconds ?? 1));
  return slowest * 3_000 + 5_000;
}
