import { readlink } from 'node:fs/promises';
import { findInsecurity, runsAsRoot } from '../../keepalived/powers/script-security.ts';
import type { ScriptRun } from '../../keepalived/proof/evidence.ts';
import type { ScriptRunRequest } from '../appliance.ts';
import { explainNoAnswer, joinOutput } from '../commands/command-report.ts';
import { type CommandResult, runCommand } from '../commands/run-command.ts';
import { UnseenError, undefinedIfAbsent } from '../unseen-error.ts';
import { findScriptObstacle } from './script-file.ts';
import { findPathComponents } from './script-path.ts';

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
  const found = await findUser(named).catch(asReason);
  const user = typeof found === 'string' ? undefined : found;
  const userName = user || request.userName !== undefined ? named : 'root';
  const about = { scriptName, userName };
  const end = (outcome: ScriptRun['outcome']): ScriptRun => ({
    ...about,
    outcome,
    output: '',
    durationMs: 0,
  });
  const refuse = (reason: string) => end({ kind: 'not-run', reason });
  if (typeof found === 'string') return refuse(found);
  if (!user && request.userName !== undefined) return refuse('there is no such user');
  if (!user && request.hasScriptSecurity) {
    const missing = `enable_script_security is set, and there is neither a script_user nor a user ${defaultUserName}`;
    return end({ kind: 'insecure', reason: missing, isDisabled: true });
  }

  const limits = { timeoutMs, maxOutputBytes };
  const mounts = await findOtherMounts(daemonPid).catch(asReason);
  if (typeof mounts === 'string') return refuse(mounts);
  const insecurity = await examine(file, user, mounts?.pid);
  if (insecurity !== undefined) {
    return end({ kind: 'insecure', reason: insecurity, isDisabled: request.hasScriptSecurity });
  }
  // What starts it here may help where keepalived does not: an absent “#!” line makes it a shell's.
  const obstacle = await findScriptObstacle(file, mounts?.pid);
  if (obstacle !== undefined) return refuse(obstacle);
  const result =
    mounts === undefined
      ? await runCommand(file, words, { ...limits, ...(user ? { user } : {}) })
      : await runAmongMounts(mounts.path, command, user, limits);
  const output = joinOutput(result.stdout, result.stderr);
  const { durationMs } = result;
  switch (result.kind) {
    case 'notFound':
    case 'notStarted':
      return refuse(result.stderr);
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
    const parts = await findPathComponents(file, root);
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
async function findOtherMounts(
  pid: number | undefined,
): Promise<{ pid: number; path: string } | undefined> {
  if (pid === undefined) return undefined;
  const path = `/proc/${pid}/ns/mnt`;
  const [theirs, ours] = await Promise.all(
    [path, '/proc/self/ns/mnt'].map((link) =>
      undefinedIfAbsent('what keepalived sees of the disk', () => readlink(link)),
    ),
  );
  return theirs === undefined || theirs === ours ? undefined : { pid, path };
}

const asReason = (error: unknown): string => {
  if (error instanceof UnseenError) return error.message;
  throw error;
};

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
  return reason.startsWith('No such file')
    ? { ...result, kind: 'notFound', exitCode: undefined, stderr: 'there is no such program' }
    : { ...result, kind: 'notStarted', exitCode: undefined, stderr: 'permission denied' };
}

/** @throws {UnseenError} if it can’t tell whether there is such a user */
async function findUser(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map((option) => askForId(option, name)));
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

async function askForId(option: string, name: string): Promise<number | undefined> {
  const answer = await runCommand('id', [option, '--', name]);
  const [digits] = /^\d+$/.exec(answer.stdout.trim()) ?? [];
  if (answer.kind === 'ok' && digits !== undefined) return Number(digits);
  // id(1): it ends with 1 where there is none.
  if (answer.kind === 'exited' && answer.exitCode === 1) return undefined;
  throw new UnseenError(`the user ${name} cannot be looked up: ${explainNoAnswer(answer)}`);
}
