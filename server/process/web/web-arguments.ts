/** What the web is told by who starts it: where its agent is, and who it is to become. */
export interface WebArguments {
  /** The agent's socket; undefined: it is inherited. */
  agentSocket: string | undefined;
  /** Whom it becomes once it listens; undefined: it is that already. */
  user: { uid: number; gid: number } | undefined;
}

/** @param words `[--user=UID:GID] [SOCKET]` */
export function readWebArguments(words: readonly string[]): WebArguments {
  const [, uid, gid] =
    /^--user=(\d+):(\d+)$/.exec(words.find((word) => word.startsWith('--')) ?? '') ?? [];
  return {
    agentSocket: words.find((word) => word.startsWith('/')),
    user:
      uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) },
  };
}
