import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeNotRunning } from '../keepalived/daemon-words.ts';
import type { RuntimeInstance, RuntimeReport, TrackingReport } from '../keepalived/evidence.ts';
import { parseJsonDump } from '../keepalived/runtime/json-dump.ts';
import { parseTextDump } from '../keepalived/runtime/text-dump.ts';
import { parseTrackingDump } from '../keepalived/runtime/tracking-dump.ts';
import type { DaemonReader } from './daemon-process.ts';
import { readEnvironmentVariable, survivesSignal } from './process-table.ts';
import { readRootFile } from './read-root-file.ts';
import { runCommand } from './run-command.ts';
import { UnseenError } from './unseen-error.ts';

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
  /** keepalived's own account: its JSON dump, the text dump where JSON is not compiled in. */
  readRuntime: () => Promise<RuntimeReport>;
  /** What it watches, which only the text dump tells. */
  readTracking: () => Promise<TrackingReport>;
}

/**
 * Makes the readers of keepalived's own account: each signals the daemon, waits at most 1 s for its
 * dump, reads it and deletes it, for it holds passwords. Calls at the same time share one dump, since
 * keepalived logs a line for each; the two kinds never run at once, for they may use one file.
 */
export function createDumpReaders(readDaemon: DaemonReader): DumpReaders {
  let known: { pid: number; startedAtMs: number; methods: DumpMethod[] } | undefined;
  let underWay: Promise<unknown> = Promise.resolve();

  async function ask<Report extends Dump>(
    choose: (methods: DumpMethod[]) => DumpMethod | undefined,
    parse: (text: string, source: DumpMethod['source']) => Report,
  ): Promise<Report | Failure> {
    const daemon = await readDaemon();
    if (daemon.state !== 'running') return failure(describeNotRunning(daemon));
    const { pid, startedAtMs, vrrpPid, childPids } = daemon;
    if (childPids.length === 0) {
      return failure('keepalived runs without a VRRP process: it has no instance to report on.');
    }
    if (known?.pid !== pid || known.startedAtMs !== startedAtMs) {
      known = { pid, startedAtMs, methods: await findDumpMethods(pid) };
    }
    const method = choose(known.methods);
    if (!method) return failure('keepalived knows no signal for a dump.');
    for (const receiver of vrrpPid === undefined ? [pid] : [pid, vrrpPid]) {
      if (!(await survivesSignal(receiver, method.signal))) {
        return { ...failure('keepalived is still starting.'), starting: true };
      }
    }
    return takeDump(pid, method, parse);
  }

  function read<Report extends Dump>(
    choose: (methods: DumpMethod[]) => DumpMethod | undefined,
    parse: (text: string, source: DumpMethod['source']) => Report,
  ): Promise<Report | Failure> {
    return ask(choose, parse).catch((error: unknown) => {
      if (error instanceof UnseenError) return failure(`${error.message}.`);
      throw error;
    });
  }

  function share<Report>(task: () => Promise<Report>): () => Promise<Report> {
    let shared: Promise<Report> | undefined;
    return () => {
      shared ??= underWay.then(task).finally(() => {
        shared = undefined;
      });
      underWay = shared.catch(() => undefined);
      return shared;
    };
  }

  return {
    readRuntime: share(() => read(([preferred]) => preferred, parseRuntime)),
    readTracking: share(() =>
      read((methods) => methods.find(({ source }) => source === 'text'), parseTrackingDump),
    ),
  };
}

function failure(reason: string): Failure {
  return { ok: false, reason };
}

/** The best one first. */
async function findDumpMethods(pid: number): Promise<DumpMethod[]> {
  // The executable that runs knows its own numbers, whatever was installed meanwhile.
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
  pid: number,
  method: DumpMethod,
  parse: (text: string, source: DumpMethod['source']) => Report,
): Promise<Report | Failure> {
  const files = [method.path, ...method.byProducts];
  try {
    await removeFiles(files);
    process.kill(pid, method.signal);
    return await awaitDump(method, parse);
  } catch (error) {
    return failure(`No dump could be taken: ${(error as Error).message}.`);
  } finally {
    await removeFiles(files).catch(() => undefined);
  }
}

async function removeFiles(paths: string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}

/** keepalived puts the file in place before it writes it, so it is read until it is whole. */
async function awaitDump<Report extends Dump>(
  { path, source }: DumpMethod,
  parse: (text: string, source: DumpMethod['source']) => Report,
): Promise<Report | Failure> {
  const deadlineMs = performance.now() + dumpLimitMs;
  let reason = '';
  let previousText: string | undefined;
  for (let delayMs = 2; performance.now() < deadlineMs; delayMs = Math.min(delayMs * 2, 50)) {
    await sleep(delayMs);
    const file = await readRootFile(path);
    if (!file.ok) {
      reason = file.reason;
      continue;
    }
    const dump = parse(file.text, source);
    if (!dump.ok) reason = dump.reason;
    // A text dump may end anywhere: it is whole when it no longer grows.
    else if (source === 'json' || file.text === previousText) return dump;
    previousText = file.text;
  }
  return failure(
    `keepalived gave no account of itself within ${dumpLimitMs} ms; it has none to give when it runs no vrrp_instance. ${reason}`,
  );
}

function parseRuntime(text: string, source: DumpMethod['source']): RuntimeReport {
  const dump = source === 'json' ? parseJsonDump(text) : parseTextDump(text);
  if (!dump.ok) return dump;
  const instances: RuntimeInstance[] = dump.instances;
  return { ok: true, instances, source };
}
