import { text } from 'node:stream/consumers';
import { setAccount } from '../access/set-account.ts';
import type { Command } from './command-line.ts';

/**
 * `--add-account`: makes or changes an account and returns what is to be told, with the password
 * where it was generated.
 * @param input has the password, where one is given: all of it but the last line end
 * @throws {UserError} see `setAccount`
 */
export async function addAccount(
  stateDirectory: string,
  { account, isPasswordGiven }: Extract<Command, { kind: 'add-account' }>,
  input: NodeJS.ReadableStream,
): Promise<string> {
  const password = isPasswordGiven ? (await text(input)).replace(/\r?\n$/, '') : undefined;
  const { isNew, generatedPassword } = await setAccount(stateDirectory, { ...account, password });
  const { name, role } = account;
  return [
    `The account ${name} (${role}) was ${isNew ? 'made' : 'changed'}. A running keepalived-wai uses it within a second.${isNew ? '' : ' Anyone who is logged in with the old password must log in again.'}`,
    ...(generatedPassword === undefined
      ? []
      : [
          '',
          `    Username: ${name}`,
          `    Password: ${generatedPassword}`,
          '',
          'The password is shown only once.',
        ]),
    '',
  ].join('\n');
}
