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

export interface Change {
  /** The name of the call. */
  name: string;
  /** Counted from 1. */
  nth: number;
  moment: 'before' | 'halfway';
}

/**
 * Tells of every call of this process that changes the disk, before it is made, and of each that
 * writes also when half of it is written. What the disk has then, whoever is killed then leaves.
 */
export async function watchChanges(visit: (change: Change) => void): Promise<void> {
  let count = 0;

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
      const nth = (count += 1);
      visit({ name, nth, moment: 'before' });
      const [text, ...rest] = callArguments;
      const isText = typeof text === 'string' || Buffer.isBuffer(text);
      if (!isWrite(name) || !isText) return original.apply(this, callArguments);
      await original.call(this, text.slice(0, text.length / 2), ...rest);
      visit({ name, nth, moment: 'halfway' });
      return original.call(this, text.slice(text.length / 2), ...rest);
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
}

/**
 * Ends this process by SIGKILL before the nth change of the disk; or, if that one writes, `halfway`
 * through it.
 * @returns the names of the changes that were made, for as long as it lives.
 */
export async function endAtChange(nth: number, halfway: boolean): Promise<string[]> {
  const made: string[] = [];
  await watchChanges((change) => {
    if (change.moment === 'before') made.push(change.name);
    const wanted = halfway && isWrite(change.name) ? 'halfway' : 'before';
    if (change.nth === nth && change.moment === wanted) process.kill(process.pid, 'SIGKILL');
  });
  return made;
}
