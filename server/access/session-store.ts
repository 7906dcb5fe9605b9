import type { Session } from 'fastify';

interface Entry {
  /** The session as JSON: a copy, so that no request is kept alive by it. Undefined once ended. */
  json: string | undefined;
  /** Whose it is. Undefined: nobody is logged in with it, or it has ended; it is dropped first. */
  owner: string | undefined;
  createdAtMs: number;
  usedAtMs: number;
}

export interface SessionStoreOptions {
  capacity: number;
  /** One account's; so it pushes out its own sessions, not those of others. */
  capacityPerOwner: number;
  idleMs: number;
  absoluteMs: number;
  findOwner: (session: Session) => string | undefined;
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

  const drop = (id: string | undefined) => {
    if (id === undefined || !entries.delete(id)) return;
    options.onEnd?.(id);
  };

  const makeRoom = () => {
    for (const [id, entry] of entries) if (isOver(entry)) entries.delete(id);
    if (entries.size < options.capacity) return;
    const ids = [...entries.keys()];
    drop(ids.find((id) => entries.get(id)?.owner === undefined) ?? ids[0]);
  };

  const makeRoomOf = (owner: string) => {
    const own = [...entries].filter(([, entry]) => entry.owner === owner && !isOver(entry));
    if (own.length >= options.capacityPerOwner) drop(own[0]?.[0]);
  };

  return {
    /** Is no use of the session: see `touch`. */
    get(id: string, callback: (error: unknown, session?: Session | null) => void): void {
      const json = findEntry(id)?.json;
      callback(undefined, json === undefined ? null : (JSON.parse(json) as Session));
    },
    set(id: string, session: Session, callback: (error?: unknown) => void): void {
      const entry = findEntry(id);
      // A request that was under way when its session ended must not bring it back.
      if (!entry || entry.json !== undefined) {
        const owner = options.findOwner(session);
        if (owner !== undefined && entry?.owner !== owner) makeRoomOf(owner);
        if (!entry && entries.size >= options.capacity) makeRoom();
        keep(id, {
          json: JSON.stringify(session),
          owner,
          createdAtMs: entry?.createdAtMs ?? now(),
          usedAtMs: entry?.usedAtMs ?? now(),
        });
      }
      callback();
    },
    destroy(id: string, callback: (error?: unknown) => void): void {
      const entry = findEntry(id);
      if (entry) keep(id, { ...entry, json: undefined, owner: undefined });
      options.onEnd?.(id);
      callback();
    },
    /** Counts as a use of the session. */
    touch(id: string): void {
      const entry = findEntry(id);
      if (entry?.json !== undefined) keep(id, { ...entry, usedAtMs: now() });
    },
    isAlive: (id: string): boolean => findEntry(id)?.json !== undefined,
  };
}
