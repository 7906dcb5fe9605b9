import type { ScriptRun } from '../keepalived/evidence.ts';
import type { ScriptRunRequest } from './appliance.ts';
import { joinOutput } from './command-report.ts';
import { runCommand } from './run-command.ts';

/** keepalived's own default, where there is such a user (keepalived.conf(5), script_user). */
const defaultUserName = 'keepalived_script';
const maxOutputBytes = 4096;

/** Runs a tracked script once, as the user and with the time limit that keepalived gives it. */
export async function runScript(request: ScriptRunRequest): Promise<ScriptRun> {
  const { scriptName, command, timeoutMs } = request;
  const [file = '', ...words] = command;
  const named = request.userName ?? defaultUserName;
  const user = await findUser(named);
  const userName = user || request.userName !== undefined ? named : 'root';
  const about = { scriptName, userName };
  const refuse = (reason: string): ScriptRun => ({
    ...about,
    outcome: { kind: 'not-run', reason },
    output: '',
    durationMs: 0,
  });
  if (!user && request.userName !== undefined) return refuse('there is no such user');

  const result = await runCommand(file, words, {
    ...{ timeoutMs, maxOutputBytes },
    ...(user ? { user } : {}),
  });
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
