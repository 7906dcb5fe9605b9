import { text } from 'node:stream/consumers';
import { UserError } from '../shared/errors.ts';
import { UsageError } from './read-command-line.ts';

/** Where a password comes from and goes to: `process.stdin` and `process.stderr`. */
export interface PasswordTerminal {
  input: NodeJS.ReadableStream &
    Partial<Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'setEncoding'>>;
  /** For the questions: standard output is for what the command prints. */
  prompts: NodeJS.WritableStream;
}

/** Ctrl-C, or the end of the input, where a password was asked for. */
export class CancelledError extends Error {}

/**
 * The new password of an account: typed twice without echo on a terminal, else as the options say.
 * @returns undefined: one is to be generated
 * @throws {UsageError} without a terminal and without an option
 * @throws {UserError} `passwords-differ`
 * @throws {CancelledError}
 */
export async function readPassword(
  userName: string,
  options: ReadonlySet<string>,
  terminal: PasswordTerminal,
): Promise<string | undefined> {
  if (options.has('--generate')) return undefined;
  const { input } = terminal;
  if (input.isTTY === true) return askTwice(userName, terminal);
  if (options.has('--password-stdin')) return (await text(input)).replace(/\r?\n$/, '');
  throw new UsageError(
    'There is no terminal to type a password on. Use --password-stdin to read it from standard input, or --generate to make one.',
  );
}

async function askTwice(userName: string, terminal: PasswordTerminal): Promise<string | undefined> {
  const first = await ask(`New password for ${userName} (empty: one is made): `, terminal);
  if (first === '') return undefined;
  const second = await ask('The same again: ', terminal);
  if (second !== first) {
    throw new UserError('passwords-differ', 'The two passwords differ. Nothing was changed.');
  }
  return first;
}

/** What an arrow, a function key and the like send (ECMA-48, 5.4). */
// eslint-disable-next-line no-control-regex -- they begin with one
const keySequence = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O.)?/g;

/** One line of a terminal that shows nothing of it. */
async function ask(question: string, { input, prompts }: PasswordTerminal): Promise<string> {
  // Before the question: whoever answers it at once must not see the answer.
  input.setRawMode?.(true);
  prompts.write(question);
  input.setEncoding('utf8');
  let typed: string[] = [];
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = (act: () => void) => {
        input.off('data', onData);
        input.off('end', onEnd);
        input.pause();
        act();
      };
      const onEnd = () => {
        stop(() => {
          reject(new CancelledError());
        });
      };
      const onData = (chunk: Buffer | string) => {
        const characters = Array.from(chunk.toString().replaceAll(keySequence, ''));
        for (const [index, character] of characters.entries()) {
          switch (character) {
            case '\r':
            case '\n': {
              const rest = characters.slice(index + 1).join('');
              stop(() => {
                if (rest !== '') input.unshift(rest);
                resolve(typed.join(''));
              });
              return;
            }
            case '\u0003': // Ctrl-C
            case '\u0004': // Ctrl-D
              onEnd();
              return;
            case '\u0015': // Ctrl-U
              typed = [];
              break;
            case '\b':
            case '\u007f':
              typed.pop();
              break;
            default:
              if (character >= ' ') typed.push(character);
          }
        }
      };
      input.on('data', onData);
      input.on('end', onEnd);
      input.resume();
    });
  } finally {
    input.setRawMode?.(false);
    prompts.write('\n');
  }
}
