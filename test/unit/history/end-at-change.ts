import { constants } from 'node:fs';
import fileSystem from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';

type Call = (...callArguments: unknown[]) => Promise<unknown>;

/** Whether a call of this name can be halfway done. */
export function isWrite(name: string): boolean {
  return name === 'writeFile' || name === 'appendFile';
}

function opensToWrite(flags: unknown): boolean {
  const { O_WRONLY, O_RDWR, O_CREAT } = constants;
  if (typeof flags === 'number') return (flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0;
  return typeof flags === 'string' && flags !== 'r';
}

/**
 * Counts every call of this process that changes the disk, and ends the process by SIGKILL before
 * the nth one; or, if that one writes, `halfway` through it.
 * @param describe what stands for a call, asked before it is made; default: its name.
 * @returns the calls that were made, for as long as it lives.
 */
export async function endAtChange(
  nth: number,
  halfway: boolean,
  describe: (name: string) => string = (name) => name,
): Promise<string[]> {
  const made: string[] = [];

  function intercept(
    owner: object,
    name: string,
    isChange: (callArguments: unknown[]) => boolean = () => true,
  ): void {
    const methods = owner as Record<string, Call>;
    const original = methods[name];
    if (!original) throw new Error(`no ${name}`);
    methods[name] = async function (...callArguments) {
      if (!isChange(callArguments)) return original.apply(this, callArguments);
      made.push(describe(name));
      if (made.length === nth) {
        const [text] = callArguments;
        if (halfway && isWrite(name) && (typeof text === 'string' || Buffer.isBuffer(text))) {
          await original.call(this, text.slice(0, text.length / 2));
        }
        process.kill(process.pid, 'SIGKILL');
      }
      return original.apply(this, callArguments);
    };
  }

  const folder = await fileSystem.open(tmpdir());
  const handles = Object.getPrototypeOf(folder) as object;
  await folder.close();
  for (const name of ['writeFile', 'appendFile', 'sync', 'truncate', 'chown', 'chmod']) {
    intercept(handles, name);
  }
  for (const name of ['rename', 'link', 'rm', 'unlink', 'symlink', 'chmod', 'mkdir', 'truncate']) {
    intercept(fileSystem, name);
  }
  intercept(fileSystem, 'open', ([, flags]) => opensToWrite(flags));
  syncBuiltinESMExports();
  return made;
}
