/** What the web is told by who starts it: where its agent is, and who it is to become. */
export interface WebArguments {
  /** The agent's socket; undefined: it is inherited. */
  agentSocket: string | undefined;
  /** Whom it becomes once it listens; undefined: it is that already. */
  user: { uid: number; gid: number } | undefined;
  /** After how long without a connection it ends, where systemd listens in its place. */
  idleMs: number;
}

/** Somebody who reads what the page said is not kept waiting by its next start. */
const usualIdleSeconds = 15 * 60;

/** @param words `[--user=UID:GID] [--idle-seconds=N] [SOCKET]` */
export function readWebArguments(words: readonly string[]): WebArguments {
  const find = (pattern: RegExp) => words.map((word) => pattern.exec(word)).find(Boolean) ?? [];
  const [, uid, gid] = find(/^--user=(\d+):(\d+)$/);
  const [, idleSeconds = usualIdleSeconds] = find(/^--idle-seconds=([1-9]\d{0,5})$/);
  return {
    idleMs: Number(idleSeconds) * 1000,
    agentSocket: words.find((word) => word.startsWith('/')),
    user:
      uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) },
  };
}
