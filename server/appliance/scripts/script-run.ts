import { readlink } from 'node:fs/promises';
import { findInsecurity, runsAsRoot } from '../../keepalived/powers/script-security.ts';
import type { ScriptRun } from '../../keepalived/proof/evidence.ts';
import type { ScriptRunRequest } from '../appliance.ts';
import { joinOutput } from '../commands/command-report.ts';
import { type CommandResult, runCommand } from '../commands/run-command.ts';
import { findPathParts } from './script-path.ts';

/** keepalived's own default, where there is such a user (keepalived.conf(5), script_user). */
const defaultUserName = 'keepalived_script';
const maxOutputBytes = 4096;

/**
 * Runs a tracked script once, as the user and with the time limit that keepalived gives it; one that
 * runs as root and that others may change, not at all.
 * @param daemonPid keepalived's: the script is given the files that it sees
 */
export async function runScript(request: ScriptRunRequest, daemonPid?: number): Promise<ScriptRun> {
  const { scriptName, command, timeoutMs } = request;
  const [file = '', ...words] = command;
  const named = request.userName ?? defaultUserName;
  const user = await findUser(named);
  const userName = user || request.userName !== undefined ? named : 'root';
  const about = { scriptName, userName };
  const end = (outcome: ScriptRun['outcome']): ScriptRun => ({
    ...about,
    outcome,
    output: '',
    durationMs: 0,
  });
  const refuse = (reason: string) => end({ kind: 'not-run', reason });
  if (!user && request.userName !== undefined) return refuse('there is no such user');
  if (!user && request.hasScriptSecurity) {
    const missing = `enable_script_security is set, and there is neither a script_user nor a user ${defaultUserName}`;
    return end({ kind: 'insecure', reason: missing, isDisabled: true });
  }

  const limits = { timeoutMs, maxOutputBytes };
  const mounts = daemonPid === undefined ? undefined : await findOtherMounts(daemonPid);
  const insecurity = await examine(file, user, mounts === undefined ? undefined : daemonPid);
  if (insecurity !== undefined) {
    return end({ kind: 'insecure', reason: insecurity, isDisabled: request.hasScriptSecurity });
  }
  const result =
    mounts === undefined
      ? await runCommand(file, words, { ...limits, ...(user ? { user } : {}) })
      : await runAmongMounts(mounts, command, user, limits);
  const output = joinOutput(result.stdout, result.stderr);
  const { durationMs } = result;
  switch (result.kind) {
    case 'notFound':
      return refuse(
        result.stderr.includes('EACCES') ? 'permission denied' : explain(result.stderr),
      );
    case 'timedOut':
      return { ...about, outcome: { kind: 'timed-out', afterMs: timeoutMs }, output, durationMs };
    case 'ok':
    case 'exited':
      return {
        ...about,
        outcome: { kind: 'exited', exitCode: result.exitCode },
        output,
        durationMs,
      };
  }
}

/** Why a program that has root's power is not to be run: others may change it. */
async function examine(
  file: string,
  user: { uid: number; gid: number } | undefined,
  daemonPid: number | undefined,
): Promise<string | undefined> {
  const root = daemonPid === undefined ? '' : `/proc/${daemonPid}/root`;
  try {
    const parts = await findPathParts(file, root);
    const program = parts?.at(-1);
    if (!parts || !program || !runsAsRoot(user ?? { uid: 0, gid: 0 }, program)) return undefined;
    return findInsecurity(parts);
  } catch (error) {
    return `its path cannot be examined (${error instanceof Error ? error.message : String(error)})`;
  }
}

/**
 * The mounts of keepalived, where this program has others: the shipped unit makes most of the disk
 * read-only for it, and a script that keeps a file would fail here while keepalived's own succeeds.
 */
async function findOtherMounts(daemonPid: number): Promise<string | undefined> {
  const path = `/proc/${daemonPid}/ns/mnt`;
  const [theirs, ours] = await Promise.all(
    [path, '/proc/self/ns/mnt'].map((link) => readlink(link).catch(() => undefined)),
  );
  return theirs === undefined || theirs === ours ? undefined : path;
}

async function runAmongMounts(
  mounts: string,
  command: readonly string[],
  user: { uid: number; gid: number } | undefined,
  limits: { timeoutMs: number; maxOutputBytes: number },
): Promise<CommandResult> {
  // nsenter needs root until it is there; it leaves the further groups too.
  const identity = user ? [`--setuid=${user.uid}`, `--setgid=${user.gid}`] : [];
  const words = [`--mount=${mounts}`, '--wdns=/', ...identity, '--', ...command];
  const result = await runCommand('nsenter', words, limits);
  const [, reason] = /^nsenter: failed to execute [^\n]*: ([^:\n]+)\n*$/.exec(result.stderr) ?? [];
  if (result.kind !== 'exited' || reason === undefined) return result;
  const code = reason.startsWith('No such file') ? 'ENOENT' : 'EACCES';
  return { ...result, kind: 'notFound', exitCode: undefined, stderr: code };
}

function explain(message: string): string {
  return message.includes('ENOENT') ? 'there is no such program' : message;
}

async function findUser(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const [uid, gid] = await Promise.all([
    runCommand('id', ['-u', '--', name]),
    runCommand('id', ['-g', '--', name]),
  ]);
  if (uid.kind !== 'ok' || gid.kind !== 'ok') return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
