import type { Session } from 'fastify';

interface Entry {
  /** The session as JSON: a copy, so that no request is kept alive by it. Undefined once ended. */
  json: string | undefined;
  /** Only worth keeping while there is room: nobody is logged in with it, or it has ended. */
  expendable: boolean;
  createdAtMs: number;
  usedAtMs: number;
}

export interface SessionStoreOptions {
  capacity: number;
  idleMs: number;
  absoluteMs: number;
  /** Which sessions may be dropped first when the store is full. */
  isExpendable: (session: Session) => boolean;
  /** Told at once of a session that was ended: by a log-out, or for a new id at a login. */
  onEnd?: (id: string) => void;
  /** Milliseconds on the monotonic clock. */
  now?: () => number;
}

/**
 * Sessions in memory for @fastify/session: bounded, and ending by themselves after `idleMs` without
 * use or `absoluteMs` after their login. A restart of the program ends them all.
 */
export function createSessionStore(options: SessionStoreOptions) {
  const now = options.now ?? (() => performance.now());
  /** Least recently used first. */
  const entries = new Map<string, Entry>();

  const isOver = (entry: Entry) =>
    now() - entry.usedAtMs >= options.idleMs || now() - entry.createdAtMs >= options.absoluteMs;

  const findEntry = (id: string) => {
    const entry = entries.get(id);
    if (entry && isOver(entry)) entries.delete(id);
    return entries.get(id);
  };

  const keep = (id: string, entry: Entry) => {
    entries.delete(id);
    entries.set(id, entry);
  };

  const makeRoom = () => {
    for (const [id, entry] of entries) if (isOver(entry)) entries.delete(id);
    const ids = [...entries.keys()];
    const victim = ids.find((id) => entries.get(id)?.expendable) ?? ids[0];
    if (entries.size >= options.capacity && victim !== undefined) entries.delete(victim);
  };

  return {
    get(id: string, callback: (error: unknown, session?: Session | null) => void): void {
      const entry = findEntry(id);
      if (entry?.json === undefined) {
        callback(undefined, null);
        return;
      }
      keep(id, { ...entry, usedAtMs: now() });
      callback(undefined, JSON.parse(entry.json) as Session);
    },
    set(id: string, session: Session, callback: (error?: unknown) => void): void {
      const entry = findEntry(id);
      // A request that was under way when its session ended must not bring it back.
      if (!entry || entry.json !== undefined) {
        if (!entry && entries.size >= options.capacity) makeRoom();
        keep(id, {
          json: JSON.stringify(session),
          expendable: options.isExpendable(session),
          createdAtMs: entry?.createdAtMs ?? now(),
          usedAtMs: now(),
        });
      }
      callback();
    },
    destroy(id: string, callback: (error?: unknown) => void): void {
      const entry = findEntry(id);
      if (entry) keep(id, { ...entry, json: undefined, expendable: true });
      options.onEnd?.(id);
      callback();
    },
    /** Counts as a use of the session; false if there is no such session (any more). */
    touch: (id: string): boolean => {
      const entry = findEntry(id);
      if (entry?.json === undefined) return false;
      keep(id, { ...entry, usedAtMs: now() });
      return true;
    },
  };
}
