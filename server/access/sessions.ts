import { randomBytes } from 'node:crypto';
import type { Accounts, User } from './accounts.ts';

/** Who has signed in, as far as that still counts. */
export interface SignedIn {
  user: User;
  /** Opened with the first password: nothing may be done but to choose another. */
  mustChoosePassword?: true;
}

export interface Sessions {
  /**
   * Opens a session of somebody who has just given the password.
   * @param options.mustChoosePassword it was the first password
   * @returns its ticket
   */
  open(userName: string, options?: { mustChoosePassword: boolean }): string;
  /** The one session of a user's programs, which may only read; opened where there is none. */
  openForPrograms(userName: string): string;
  /** Who holds a ticket; undefined: it has ended, or it was never given. */
  find(ticket: string): SignedIn | undefined;
  /** Counts as a use: a session ends some time after the last one. */
  use(ticket: string): void;
  end(ticket: string): void;
}

export interface SessionsOptions {
  accounts: Pick<Accounts, 'findUser' | 'findPasswordId'>;
  /** Told when a session was ended, not when it merely grows too old. */
  onEnd?: () => void;
  /** Milliseconds on the monotonic clock. */
  now?: () => number;
}

interface Session {
  userName: string;
  /** Of the password that was given; once the account has another one, the session is over. */
  passwordId: string | undefined;
  isOfPrograms: boolean;
  mustChoosePassword: boolean;
  openedAtMs: number;
  usedAtMs: number;
}

const minuteMs = 60_000;
/** How long a session lasts without use. */
export const sessionIdleMs = 30 * minuteMs;
/** How long it lasts at most. */
export const sessionLengthMs = 12 * 60 * minuteMs;
const maximumSessions = 1000;
/** One account's; so it pushes out its own sessions, not those of others. */
const maximumPerAccount = 100;

/**
 * The sessions of those who signed in, in memory: bounded, each named by a ticket of 256 bits. A
 * restart of the program ends them all. A session ends with its account, and with the password that
 * it was opened with.
 */
export function createSessions({
  accounts,
  onEnd = () => undefined,
  now = () => performance.now(),
}: SessionsOptions): Sessions {
  /** Least recently used first. */
  const sessions = new Map<string, Session>();

  const isOver = ({ userName, passwordId, openedAtMs, usedAtMs }: Session) =>
    now() - usedAtMs >= sessionIdleMs ||
    now() - openedAtMs >= sessionLengthMs ||
    accounts.findPasswordId(userName) !== passwordId;

  const find = (ticket: string) => {
    const session = sessions.get(ticket);
    if (session && isOver(session)) sessions.delete(ticket);
    return sessions.get(ticket);
  };

  const end = (ticket: string | undefined) => {
    if (ticket !== undefined && sessions.delete(ticket)) onEnd();
  };

  const makeRoom = (userName: string) => {
    for (const [ticket, session] of sessions) if (isOver(session)) sessions.delete(ticket);
    const own = [...sessions].filter(([, session]) => session.userName === userName);
    if (own.length >= maximumPerAccount) end(own[0]?.[0]);
    if (sessions.size >= maximumSessions) end(sessions.keys().next().value);
  };

  const open = (
    userName: string,
    kind: Pick<Session, 'isOfPrograms' | 'mustChoosePassword'>,
  ): string => {
    makeRoom(userName);
    const ticket = randomBytes(32).toString('base64url');
    const passwordId = accounts.findPasswordId(userName);
    const [openedAtMs, usedAtMs] = [now(), now()];
    sessions.set(ticket, { ...kind, userName, passwordId, openedAtMs, usedAtMs });
    return ticket;
  };

  const use = (ticket: string) => {
    const session = find(ticket);
    if (!session) return;
    sessions.delete(ticket);
    sessions.set(ticket, { ...session, usedAtMs: now() });
  };

  return {
    open: (userName, { mustChoosePassword } = { mustChoosePassword: false }) =>
      open(userName, { isOfPrograms: false, mustChoosePassword }),
    openForPrograms(userName) {
      const isTheirs = ([, session]: [string, Session]) =>
        session.isOfPrograms && session.userName === userName && !isOver(session);
      const ticket =
        [...sessions].find(isTheirs)?.[0] ??
        open(userName, { isOfPrograms: true, mustChoosePassword: false });
      use(ticket);
      return ticket;
    },
    find(ticket) {
      const session = find(ticket);
      const user = session && accounts.findUser(session.userName);
      if (!session || !user) return undefined;
      const role = session.isOfPrograms ? 'viewer' : user.role;
      return {
        user: { ...user, role },
        ...(session.mustChoosePassword && { mustChoosePassword: true as const }),
      };
    },
    use,
    end,
  };
}
