import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuntimeInstance, RuntimeReport } from '../keepalived/evidence.ts';
import { parseJsonDump } from '../keepalived/runtime/json-dump.ts';
import { parseTextDump } from '../keepalived/runtime/text-dump.ts';
import type { DaemonReader } from './daemon-process.ts';
import { readEnvironmentVariable, survivesSignal } from './process-table.ts';
import { readRootFile } from './read-root-file.ts';
import { runCommand } from './run-command.ts';

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

/**
 * Makes the reader of keepalived's own account: signals the daemon, waits at most 1 s for its dump,
 * reads it and deletes it, for it holds passwords. Uses the JSON dump, and the text dump where JSON
 * is not compiled in. Calls at the same time share one dump, since keepalived logs a line for each.
 */
export function createRuntimeReader(readDaemon: DaemonReader): () => Promise<RuntimeReport> {
  let known: { pid: number; startedAtMs: number; method: DumpMethod } | undefined;
  let underWay: Promise<RuntimeReport> | undefined;

  async function readRuntime(): Promise<RuntimeReport> {
    const daemon = await readDaemon();
    if (daemon.state !== 'running') return failure('keepalived is not running.');
    const { pid, startedAtMs, vrrpPid, childPids } = daemon;
    if (childPids.length === 0) {
      return failure('keepalived runs without a VRRP process: it has no instance to report on.');
    }
    if (known?.pid !== pid || known.startedAtMs !== startedAtMs) {
      known = { pid, startedAtMs, method: await findDumpMethod(pid) };
    }
    const { method } = known;
    for (const receiver of vrrpPid === undefined ? [pid] : [pid, vrrpPid]) {
      if (!(await survivesSignal(receiver, method.signal))) {
        return failure('keepalived is still starting.');
      }
    }
    return takeDump(pid, method);
  }
  return () =>
    (underWay ??= readRuntime().finally(() => {
      underWay = undefined;
    }));
}

function failure(reason: string): RuntimeReport {
  return { ok: false, reason };
}

async function findDumpMethod(pid: number): Promise<DumpMethod> {
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
  const jsonSignal = await askSignal('JSON');
  if (jsonSignal > 0) {
    const path = join(folder, 'keepalived.json');
    return { source: 'json', signal: jsonSignal, path, byProducts: [] };
  }
  return {
    source: 'text',
    signal: await askSignal('DATA'),
    path: join(folder, 'keepalived.data'),
    byProducts: ['parent', 'check', 'bfd'].map((part) => join(folder, `keepalived_${part}.data`)),
  };
}

async function takeDump(pid: number, method: DumpMethod): Promise<RuntimeReport> {
  const files = [method.path, ...method.byProducts];
  try {
    await removeFiles(files);
    process.kill(pid, method.signal);
    return await awaitDump(method);
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
async function awaitDump({ path, source }: DumpMethod): Promise<RuntimeReport> {
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
    const dump = parseDump(source, file.text);
    if (!dump.ok) reason = dump.reason;
    // A text dump may end anywhere: it is whole when it no longer grows.
    else if (source === 'json' || file.text === previousText) return { ...dump, source };
    previousText = file.text;
  }
  return failure(
    `keepalived gave no account of itself within ${dumpLimitMs} ms; it has none to give when it runs no vrrp_instance. ${reason}`,
  );
}

function parseDump(
  source: DumpMethod['source'],
  text: string,
): { ok: true; instances: RuntimeInstance[] } | { ok: false; reason: string } {
  if (source === 'json') return parseJsonDump(text);
  const dump = parseTextDump(text);
  return dump.ok ? { ok: true, instances: dump.instances } : dump;
}
