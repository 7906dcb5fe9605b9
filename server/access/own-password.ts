import { createHash, timingSafeEqual } from 'node:crypto';
import { createMutex } from '../shared/mutex.ts';
import { readFirstPassword, readStoredAccounts } from './accounts-file.ts';
import type { OpenAccounts } from './accounts.ts';
import type { PasswordCost } from './passwords.ts';
import { setAccount } from './set-account.ts';

export interface OwnPasswords {
  /**
   * Whether a right password is the first one of `admin`, as it was made at the first start: it is
   * good for nothing but to choose another.
   */
  isFirst(name: string, password: string): Promise<boolean>;
  /**
   * Gives an account another password; its role stays. It counts at once, and ends all sessions that
   * were opened with the old one. The file with the first password is removed.
   * @throws {UserError} see `setAccount`
   */
  change(name: string, password: string): Promise<void>;
}

/** @param options.cost of a password's hash; default: what is recommended */
export function createOwnPasswords(options: {
  stateDirectory: string;
  accounts: Pick<OpenAccounts, 'replace'>;
  cost?: PasswordCost;
}): OwnPasswords {
  const { stateDirectory, accounts, cost } = options;
  const exclusive = createMutex();
  return {
    async isFirst(name, password) {
      if (name !== 'admin') return false;
      const first = await readFirstPassword(stateDirectory);
      return first !== undefined && isSame(first, password);
    },
    change: (name, password) =>
      exclusive(async () => {
        await setAccount(stateDirectory, { name, role: undefined, password }, cost);
        // The folder is watched too; who changed it is not kept waiting for that.
        accounts.replace((await readStoredAccounts(stateDirectory)) ?? []);
      }),
  };
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
