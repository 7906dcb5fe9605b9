import { readdir, readlink, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findOption } from '../../keepalived/proof/command-line.ts';
import { UnseenError, undefinedIfAbsent } from '../unseen-error.ts';
import {
  nameProcess,
  readArguments,
  readChildPids,
  readProcess,
  readUptimeSeconds,
  runsKeepalived,
} from './process-table.ts';

/** A scan reads one link for each process of this server. */
const scanLifetimeMs = 1000;

/** A keepalived writes its pid file before it has children; by then it has done so. */
const startSeconds = 5;

/** Options with which keepalived answers, and is no daemon (keepalived(8)). */
const questionOption = /^(?:-[tvh]|--(?:config-test|version|help|signum)(?:=.*)?)$/;

const defaultConfigPath = /^(?:\/usr\/local)?\/etc\/keepalived\/keepalived\.conf$/;

/** A living keepalived that no other keepalived is the parent of. */
interface MainProcess {
  pid: number;
  startTicks: number;
}

let scanned: { atMs: number; found: Promise<MainProcess[]> } | undefined;

/**
 * The main process of this server's keepalived where no pid file leads to it. Only one of our network
 * namespace that has keepalived children and reads this configuration file is surely ours.
 * /proc is scanned at most once a second, for all callers; what a scan found is proved each time.
 * @param leftChildPids orphans of a keepalived that was killed, which are none
 * @returns its pid; undefined if none is there, or one has only just been started
 * @throws {UnseenError} if one may or may not be ours, or if it can’t tell
 */
export async function findMainProcess(
  configPath: string,
  leftChildPids: readonly number[],
): Promise<number | undefined> {
  const nowMs = performance.now();
  if (!scanned || nowMs - scanned.atMs >= scanLifetimeMs) {
    scanned = { atMs: nowMs, found: scan() };
  }
  const ours: number[] = [];
  const doubts: string[] = [];
  for (const { pid, startTicks } of await scanned.found) {
    if (leftChildPids.includes(pid)) continue;
    const found = await readProcess(pid);
    if (found?.startTicks !== startTicks || !(await runsKeepalived(pid))) continue;
    const doubt = await findDoubt(pid, startTicks, configPath);
    if (doubt === undefined) ours.push(pid);
    else if (doubt !== 'starting') doubts.push(doubt);
  }
  if (ours.length > 1) {
    throw new UnseenError(
      `the processes ${ours.join(' and ')} each run keepalived with this configuration, and no pid file says which one is valid: stop all but one with kill`,
    );
  }
  const [pid] = ours;
  if (pid === undefined && doubts.length > 0) throw new UnseenError(doubts.join('; '));
  return pid;
}

/** What speaks against taking a keepalived for this server's own; it has no full stop. */
async function findDoubt(
  pid: number,
  startTicks: number,
  configPath: string,
): Promise<string | undefined> {
  if (!(await hasKeepalivedChild(pid))) {
    const ageSeconds = (await readUptimeSeconds()) - startTicks / 100;
    if (ageSeconds < startSeconds) return 'starting';
    return `process ${pid} runs keepalived, but no pid file names it and it has no VRRP process: it is starting, stopping, or left over from one that was killed`;
  }
  if (!(await sharesNamespace(pid, 'pid'))) {
    return `process ${pid} runs keepalived on this server’s network, but in another container`;
  }
  const otherFile = await findOtherConfiguration(pid, configPath);
  if (otherFile === undefined) return undefined;
  return `process ${pid} runs keepalived with another configuration file, ${otherFile}. If that is this server’s keepalived, set WAI_KEEPALIVED_CONFIG and WAI_KEEPALIVED_PID to what it uses. If it should not run, stop it: kill ${pid}`;
}

async function scan(): Promise<MainProcess[]> {
  // With hidepid (proc(5)) the folders of others are not even listed: init's own tells.
  await readProcess(1);
  const names = (await undefinedIfAbsent('/proc', () => readdir('/proc'))) ?? [];
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const found: MainProcess[] = [];
  for (const pid of pids) {
    if (!(await looksLikeKeepalived(pid))) continue;
    const main = await readProcess(pid);
    if (!main || (await looksLikeKeepalived(main.parentPid))) continue;
    if ((await readArguments(pid)).some((word) => questionOption.test(word))) continue;
    if (await sharesNamespace(pid, 'net')) found.push({ pid, startTicks: main.startTicks });
  }
  return found;
}

/** The executables of most processes are none of ours, and may be hidden even from root. */
async function looksLikeKeepalived(pid: number): Promise<boolean> {
  if (pid <= 0) return false;
  return runsKeepalived(pid).catch(async (error: unknown) => {
    if (!(error instanceof UnseenError)) throw error;
    if ((await nameProcess(pid))?.startsWith('keepalived')) throw error;
    return false;
  });
}

async function hasKeepalivedChild(pid: number): Promise<boolean> {
  for (const childPid of await readChildPids(pid)) {
    if (await runsKeepalived(childPid)) return true;
  }
  return false;
}

async function sharesNamespace(pid: number, kind: 'net' | 'pid'): Promise<boolean> {
  const [own, other] = await Promise.all(
    ['self', pid].map((who) =>
      undefinedIfAbsent(`process ${who}`, () => readlink(`/proc/${who}/ns/${kind}`)),
    ),
  );
  return own !== undefined && own === other;
}

/** @returns the file that it was started with, if that is not this one */
async function findOtherConfiguration(
  pid: number,
  configPath: string,
): Promise<string | undefined> {
  const words = await readArguments(pid);
  const named = findOption(words, { short: '-f', long: '--use-file' });
  if (named === undefined) {
    return defaultConfigPath.test(configPath) ? undefined : 'that of its default';
  }
  const folder =
    (await undefinedIfAbsent(`process ${pid}`, () => readlink(`/proc/${pid}/cwd`))) ?? '/';
  const path = resolve(folder, named);
  if (path === configPath) return undefined;
  const [one, other] = await Promise.all([path, configPath].map(resolveLinks));
  return one === other ? undefined : path;
}

async function resolveLinks(path: string): Promise<string> {
  return (await undefinedIfAbsent(path, () => realpath(path))) ?? path;
}
