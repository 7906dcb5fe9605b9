/** Gives up all rights of root for good. @throws {Error} if any of them are left */
export function becomeUser({ uid, gid }: { uid: number; gid: number }): void {
  process.setgroups?.([]);
  process.setgid?.(gid);
  process.setuid?.(uid);
  const ids = [process.getuid?.(), process.geteuid?.(), process.getgid?.(), process.getegid?.()];
  if (ids.join() !== [uid, uid, gid, gid].join()) {
    throw new Error('The web could not give up the rights of root.');
  }
}
