import { isExpectedOnDisk } from './version-record.ts';
import type { NewVersion, VersionRecord, VersionStore } from './version-store.ts';

/**
 * Keeps what is on the disk as a version if it did not come from this program (an editor, a
 * package, another tool), also when it is the first that is seen of a file.
 * @returns the new record; undefined if the history already says so.
 */
export async function noticeOutsideChange(
  store: VersionStore,
  found: Pick<NewVersion, 'fileId' | 'path' | 'text' | 'tag'>,
): Promise<VersionRecord | undefined> {
  const newestFirst = await store.list(found.fileId);
  if (isExpectedOnDisk(newestFirst, found.tag)) return undefined;
  return store.keep({
    ...found,
    userName: undefined,
    action: 'outside',
    comment: newestFirst.length === 0 ? 'First seen' : 'Changed outside of this page',
    outcome: 'outside',
  });
}
