import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { watchFolder } from '../shared/watching/watch-folder.ts';
import { accountsPath, firstPasswordPath, readStoredAccounts } from './accounts-file.ts';
import type { OpenAccounts } from './accounts.ts';

export interface AccountsWatch {
  /** The file with the first password of `admin`; undefined: there is none. */
  findFirstPasswordFile: () => string | undefined;
  /** Calls back after each change from now on, of the accounts or the first password. */
  subscribe: (listener: () => void) => void;
  close: () => void;
}

export interface WatchAccountsOptions {
  stateDirectory: string;
  accounts: OpenAccounts;
  /** Told once of each change that cannot be used; the accounts then stay as they were. */
  onProblem: (error: unknown) => void;
}

/** How often it is looked without being told. */
const lookEveryMs = 30_000;

/**
 * Takes over what the command line writes into `accounts.json` while the program runs: a changed
 * password, a changed role, a new account. The file is replaced as a whole, so its inode tells.
 */
export async function watchAccounts(options: WatchAccountsOptions): Promise<AccountsWatch> {
  const { stateDirectory, accounts, onProblem } = options;
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const firstPasswordFile = firstPasswordPath(stateDirectory);
  let hasFirstPassword = false;
  let seen: string | undefined;

  async function look(): Promise<void> {
    const hadFirstPassword = hasFirstPassword;
    hasFirstPassword = (await findStamp(firstPasswordFile)) !== undefined;
    if (hadFirstPassword !== hasFirstPassword && seen !== undefined) tell();
    const stamp = await findStamp(accountsPath(stateDirectory));
    if (stamp === seen) return;
    const isFirst = seen === undefined;
    // Before it is read: what cannot be used is told of once.
    seen = stamp;
    const stored = await readStoredAccounts(stateDirectory);
    if (!stored)
      throw new Error('accounts.json is missing: the accounts stay valid until the next start');
    accounts.replace(stored);
    if (!isFirst) tell();
  }
  let looking = look().catch(onProblem);
  const names = [accountsPath(stateDirectory), firstPasswordFile].map((path) => basename(path));
  const stopWatching = watchFolder(
    stateDirectory,
    (name) => names.includes(name),
    () => {
      looking = looking.then(look).catch(onProblem);
    },
    () => lookEveryMs,
  );
  await looking;
  return {
    findFirstPasswordFile: () => (hasFirstPassword ? firstPasswordFile : undefined),
    subscribe: (listener) => void listeners.add(listener),
    close: stopWatching,
  };
}

/** What is another one for each file that was put in place; undefined: there is none. */
async function findStamp(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return [ino, mtimeNs, size].join(' ');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
