import type { RuntimeInstance } from '../keepalived/proof/evidence.ts';
import type { LogLine } from '../keepalived/runtime/log/log-lines.ts';
import { explainLine } from '../keepalived/runtime/messages/explain-message.ts';
import { addStartClaim, ignoreReloads } from '../keepalived/status/state-start.ts';
import type { StateStart } from '../keepalived/status/state-start.ts';
import type { LastingState } from '../keepalived/transitions/transitions.ts';

/** Since when each instance has been in its state, kept up to date with all that tells of it. */
export interface StateStarts {
  /** keepalived's account: it names all instances that there are. */
  noteAccount(instances: readonly RuntimeInstance[]): void;
  /** A change that was recorded; the account may be of before or after it. */
  noteChange(
    change: { instance: string; to: LastingState; atMs: number },
    account: RuntimeInstance | undefined,
  ): void;
  noteLines(lines: readonly LogLine[]): void;
  /** keepalived ended. */
  clear(): void;
  current: () => ReadonlyMap<string, StateStart>;
}

/** Only the newest can explain what an account says. */
const keptReloads = 8;

export function createStateStarts(): StateStarts {
  let begins = new Map<string, StateStart>();
  let reloadsMs: readonly number[] = [];

  const follow = (known: StateStart | undefined, account: RuntimeInstance) => {
    const claim = readClaim(account);
    return claim && ignoreReloads(addStartClaim(known, claim), reloadsMs);
  };

  return {
    noteAccount(instances) {
      begins = new Map(
        instances.flatMap((account) => {
          const begin = follow(begins.get(account.name), account);
          return begin ? [[account.name, begin]] : [];
        }),
      );
    },
    noteChange({ instance, to, atMs }, account) {
      const change = addStartClaim(undefined, { state: to, atMs });
      begins.set(instance, (account && follow(change, account)) ?? change);
    },
    noteLines(lines) {
      const newMs = lines.flatMap((line) =>
        line.atMs !== undefined && explainLine(line)?.id === 'reload' ? [line.atMs] : [],
      );
      if (newMs.length === 0) return;
      reloadsMs = [...reloadsMs, ...newMs].slice(-keptReloads);
      begins = new Map([...begins].map(([name, begin]) => [name, ignoreReloads(begin, reloadsMs)]));
    },
    clear() {
      begins = new Map();
    },
    current: () => new Map(begins),
  };
}

function readClaim({ state, lastTransitionAtMs: atMs }: RuntimeInstance) {
  const lasts = state === 'MASTER' || state === 'BACKUP' || state === 'FAULT';
  return lasts && atMs !== undefined ? { state, atMs } : undefined;
}
