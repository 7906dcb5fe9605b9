import { lstatSync } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeNotRunning } from '../../keepalived/proof/daemon-words.ts';
import type {
  RuntimeInstance,
  RuntimeReport,
  TrackingReport,
} from '../../keepalived/proof/evidence.ts';
import { parseJsonDump } from '../../keepalived/runtime/dump/json-dump.ts';
import { parseTextDump } from '../../keepalived/runtime/dump/text-dump.ts';
import { parseTrackingDump } from '../../keepalived/runtime/dump/tracking-dump.ts';
import { runCommand } from '../commands/run-command.ts';
import { readRootFile } from '../files/read-root-file.ts';
import { nameUser } from '../scripts/user-names.ts';
import { ignoreFailure, isAbsent, UnseenError } from '../unseen-error.ts';
import type { DaemonReader } from './daemon-process.ts';
import { inTurn } from './dump-turn.ts';
import { readEnvironmentVariable, survivesSignal } from './process-table.ts';

/** keepalived writes a dump of 255 instances within 4 ms (measured); a busy machine takes longer. */
const dumpLimitMs = 1000;

/** How one running daemon is asked for a dump. */
interface DumpMethod {
  source: 'json' | 'text';
  signal: number;
  /** The file that is read, and those that are written beside it. All hold secrets. */
  path: string;
  byProducts: string[];
}

type Failure = Extract<RuntimeReport, { ok: false }>;
type Dump = { ok: true } | { ok: false; reason: string };

export interface DumpReaders {
  /** keepalived's own account: its JSON dump, the text dump where there is no JSON dump. */
  readRuntime: () => Promise<RuntimeReport>;
  /** What it watches, which only the text dump tells. */
  readTracking: () => Promise<TrackingReport>;
}

/** The process to signal: the daemon passes the signal on to its VRRP process. */
interface Target {
  pid: number;
  receiver: number;
}

/**
 * Makes the readers of keepalived's own account: each signals the daemon, waits at most 1 s for its
 * dump, reads it and deletes it, for it holds passwords. Calls at the same time share one dump, since
 * keepalived logs a line for each; the two kinds never run at once, for they may use one file, nor
 * beside those of another process of this program.
 * @param turnPath see `inTurn`
 */
export function createDumpReaders(readDaemon: DaemonReader, turnPath: string): DumpReaders {
  let known: { pid: number; startedAtMs: number; methods: DumpMethod[] } | undefined;
  /** keepalived writes no JSON dump without an instance (measured, 2.2.7). */
  let hasNoInstance = false;
  let underWay: Promise<unknown> = Promise.resolve();

  async function prepare(): Promise<{ target: Target; methods: DumpMethod[] } | Failure> {
    const daemon = await readDaemon();
    if (daemon.state !== 'running') return failure(describeNotRunning(daemon));
    const { pid, startedAtMs, vrrpPid, childPids, halted = [] } = daemon;
    if (childPids.length === 0) {
      return failure('keepalived runs without a VRRP process: it has no instance to report on.');
    }
    const isStopped = (one: number | undefined) =>
      halted.some((process) => process.pid === one && process.how === 'stopped');
    // Not asked: each signal would wait for it, and be a dump for nobody when it is continued.
    if (isStopped(vrrpPid)) return silence(`its VRRP process ${vrrpPid ?? ''} is stopped`);
    if (isStopped(pid) && vrrpPid === undefined) return silence(`its process ${pid} is stopped`);
    if (known?.pid !== pid || known.startedAtMs !== startedAtMs) {
      hasNoInstance = false;
      known = { pid, startedAtMs, methods: await findDumpMethods(pid) };
    }
    const { methods } = known;
    const [method] = methods;
    if (!method) return failure('This keepalived has no signal for a dump.');
    for (const receiver of vrrpPid === undefined ? [pid] : [pid, vrrpPid]) {
      if (!(await survivesSignal(receiver, method.signal))) {
        return { ...failure('keepalived is still starting.'), starting: true };
      }
    }
    // Its VRRP process also answers for itself (measured, 2.2.7).
    const receiver = isStopped(pid) && vrrpPid !== undefined ? vrrpPid : pid;
    return { target: { pid, receiver }, methods };
  }

  async function readRuntime(): Promise<RuntimeReport> {
    const ready = await prepare();
    if ('ok' in ready) return ready;
    const json = ready.methods.find(({ source }) => source === 'json');
    const text = ready.methods.find(({ source }) => source === 'text');
    const failures: Failure[] = [];
    for (const method of hasNoInstance ? [text] : [json, text]) {
      if (!method) continue;
      const report = await inTurn(turnPath, () => takeDump(ready, method, parseRuntime));
      if (report.ok) {
        hasNoInstance = report.source === 'text' && report.instances.length === 0;
        const impediment = failures.find(({ silent }) => !silent)?.reason;
        return { ...report, ...(impediment !== undefined && { impediment }) };
      }
      failures.push(report);
    }
    hasNoInstance = false;
    const reasons = [...new Set(failures.map(({ reason }) => reason))].join(' ');
    const isSilent = failures.every(({ silent }) => silent);
    return { ...failure(reasons), ...(isSilent && { silent: true }) };
  }

  async function readTracking(): Promise<TrackingReport> {
    const ready = await prepare();
    if ('ok' in ready) return ready;
    const text = ready.methods.find(({ source }) => source === 'text');
    return text
      ? inTurn(turnPath, () => takeDump(ready, text, parseTracking))
      : failure('This keepalived has no signal for a dump.');
  }

  function share<Report>(task: () => Promise<Report>): () => Promise<Report | Failure> {
    let shared: Promise<Report | Failure> | undefined;
    return () => {
      shared ??= underWay
        .then(task)
        .catch((error: unknown) => {
          if (error instanceof UnseenError) return failure(`${capitalize(error.message)}.`);
          throw error;
        })
        .finally(() => {
          shared = undefined;
        });
      underWay = shared.catch(ignoreFailure);
      return shared;
    };
  }

  return { readRuntime: share(readRuntime), readTracking: share(readTracking) };
}

function failure(reason: string): Failure {
  return { ok: false, reason };
}

const silence = (detail: string): Failure => ({
  ...failure(`keepalived does not answer: ${detail}.`),
  silent: true,
});

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The best one first. */
async function findDumpMethods(pid: number): Promise<DumpMethod[]> {
  // The executable that runs knows its own numbers, whatever was installed since.
  const askSignal = async (name: string) => {
    const answer = await runCommand(`/proc/${pid}/exe`, [`--signum=${name}`]);
    return answer.kind === 'ok' ? Number(answer.stdout) : 0;
  };
  const temporaryFolder = (await readEnvironmentVariable(pid, 'TMPDIR')) ?? '';
  // Through its root: the unit may give it a /tmp of its own (PrivateTmp).
  const folder = join(
    `/proc/${pid}/root`,
    temporaryFolder.startsWith('/') ? temporaryFolder : '/tmp',
  );
  const methods: DumpMethod[] = [
    {
      source: 'json',
      signal: await askSignal('JSON'),
      path: join(folder, 'keepalived.json'),
      byProducts: [],
    },
    {
      source: 'text',
      signal: await askSignal('DATA'),
      path: join(folder, 'keepalived.data'),
      byProducts: ['parent', 'check', 'bfd'].map((part) => join(folder, `keepalived_${part}.data`)),
    },
  ];
  return methods.filter(({ signal }) => signal > 0);
}

async function takeDump<Report extends Dump>(
  { target, methods }: { target: Target; methods: DumpMethod[] },
  method: DumpMethod,
  parse: (text: string, source: DumpMethod['source']) => Report,
): Promise<Report | Failure> {
  try {
    const obstacle = await clearPlace(method);
    // Not asked: it could not put its dump there, and would leave its temporary file each time.
    if (obstacle !== undefined) return failure(obstacle);
    process.kill(target.receiver, method.signal);
    return await awaitDump(method, parse);
  } catch (error) {
    return failure(`No dump could be taken: ${(error as Error).message}.`);
  } finally {
    // Of all kinds: a late answer to an earlier question holds passwords too.
    const files = methods.flatMap(({ path, byProducts }) => [path, ...byProducts]);
    await removeFiles(files);
  }
}

/** @returns what is in the way of the dump, as a sentence; undefined: nothing (any more) */
async function clearPlace({ path, byProducts }: DumpMethod): Promise<string | undefined> {
  await removeFiles(byProducts);
  try {
    if (isThere(path)) await unlink(path);
    return undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    const owner = await stat(path).catch(ignoreFailure);
    if (!owner?.isDirectory()) throw error;
    const who = await nameUser(owner.uid);
    return `${path} is a folder of ${who}, so keepalived can’t write its dump there. Remove it: rm -r ${path}`;
  }
}

/** What cannot be removed, such as a folder of somebody else, does not keep the others. */
async function removeFiles(paths: string[]): Promise<void> {
  await Promise.allSettled(paths.filter(isThere).map((path) => unlink(path)));
}

/** Most are not, which the kernel knows without a disk. Where it cannot say, it is tried. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return !isAbsent(error);
  }
}

/** keepalived puts the file in place before it writes it, so it is read until it is whole. */
async function awaitDump<Report extends Dump>(
  { path, source }: DumpMethod,
  parse: (text: string, source: DumpMethod['source']) => Report,
): Promise<Report | Failure> {
  const deadlineMs = performance.now() + dumpLimitMs;
  let reason: string | undefined;
  let previousText: string | undefined;
  for (let delayMs = 2; performance.now() < deadlineMs; delayMs = Math.min(delayMs * 2, 50)) {
    await sleep(delayMs);
    const file = await readRootFile(path);
    if (!file.ok) {
      reason = file.isAbsent ? undefined : file.reason;
      continue;
    }
    const dump = parse(file.text, source);
    if (!dump.ok) reason = dump.reason;
    // A text dump may end anywhere: it is whole when it no longer grows.
    else if (source === 'json' || file.text === previousText) return dump;
    previousText = file.text;
  }
  return reason === undefined
    ? { ...failure('keepalived did not answer in time.'), silent: true }
    : failure(reason);
}

function parseRuntime(text: string, source: DumpMethod['source']): RuntimeReport {
  const dump = source === 'json' ? parseJsonDump(text) : parseTextDump(text);
  if (!dump.ok) return dump;
  const instances: RuntimeInstance[] = dump.instances;
  return { ok: true, instances, source };
}

/** One dump for both: each is a line of each of keepalived's processes in its log. */
function parseTracking(text: string): TrackingReport {
  const tracking = parseTrackingDump(text);
  const dump = parseTextDump(text);
  return tracking.ok && dump.ok ? { ...tracking, instances: dump.instances } : tracking;
}
