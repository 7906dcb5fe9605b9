/**
 * keepalived's own test of a script before it runs one as root (`lib/notify.c`, 2.2.7 to 2.4.3): a
 * file, or a folder or link on the way to it, that others than root may change is insecure.
 */

/** What the way to a program leads through: a folder, a link, or the program itself. */
export interface PathComponent {
  path: string;
  kind: 'folder' | 'link' | 'file' | 'other';
  ownerUid: number;
  groupGid: number;
  /** The permission bits, with set-user-ID, set-group-ID and the sticky bit. */
  mode: number;
}

const bits = { setUserId: 0o4000, setGroupId: 0o2000, sticky: 0o1000, group: 0o020, others: 0o002 };

/**
 * Who else than root may change what would run.
 * @param parts from `/` to the program
 * @returns the end of a sentence; undefined: nobody
 */
export function findInsecurity(parts: readonly PathComponent[]): string | undefined {
  for (const { path, kind, ownerUid, groupGid, mode } of parts) {
    if (kind === 'other') return `${path} is neither a file nor a folder`;
    if (ownerUid !== 0) return `${path} belongs to user ${ownerUid}, not to root`;
    // The sticky bit keeps a folder's entries; a link's own bits mean nothing.
    const isExempt = kind === 'link' || (kind === 'folder' && (mode & bits.sticky) !== 0);
    if (isExempt) continue;
    if (groupGid !== 0 && (mode & bits.group) !== 0)
      return `group ${groupGid} may write to ${path}`;
    if ((mode & bits.others) !== 0) return `anybody may write to ${path}`;
  }
  return undefined;
}

/**
 * Whether a script has root's power, so that nobody else may be able to change it.
 * @param program the last of its parts
 */
export function runsAsRoot(user: { uid: number; gid: number }, program: PathComponent): boolean {
  const { ownerUid, groupGid, mode } = program;
  return (
    user.uid === 0 ||
    user.gid === 0 ||
    (ownerUid === 0 && (mode & 0o100) !== 0 && (mode & bits.setUserId) !== 0) ||
    (groupGid === 0 && (mode & 0o010) !== 0 && (mode & bits.setGroupId) !== 0)
  );
}
