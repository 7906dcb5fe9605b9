import { runCommand } from '../commands/run-command.ts';

/** Whose a user id is, in words: `nobody (uid 65534)`; without a name the number alone. */
export async function nameUser(uid: number): Promise<string> {
  const answer = await runCommand('id', ['-n', '-u', '--', String(uid)]);
  const name = answer.kind === 'ok' ? answer.stdout.trim() : '';
  return name === '' ? `uid ${uid}` : `${name} (uid ${uid})`;
}
