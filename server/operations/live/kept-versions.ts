import type { ConfigurationFileContent } from '../../appliance/appliance.ts';
import { noticeOutsideChange } from '../../history/versions/outside-change.ts';
import type { VersionRecord, VersionStore } from '../../history/versions/version-store.ts';

/** Keeps what is on disk, unless the history has it already; the version that says what it is. */
export async function keepCurrent(
  versions: VersionStore,
  { id: fileId, path, text, tag }: ConfigurationFileContent & { ok: true },
): Promise<VersionRecord> {
  const kept = await noticeOutsideChange(versions, { fileId, path, text, tag });
  if (kept) return kept;
  const known = (await versions.list(fileId)).find((record) => record.tag === tag);
  if (!known)
    throw new Error('The history says that it knows this file, but has no version of it.');
  return known;
}

/** A version to go back to. */
export interface OldVersion {
  id: string;
  tag: string;
  text: string;
}

/** The newest version that was proved, if it is another one than what is on disk. */
export async function findLastProved(
  versions: VersionStore,
  currentTag: string,
): Promise<OldVersion | undefined> {
  const proved = (await versions.list('live')).find(({ outcome }) => outcome === 'live');
  return proved && proved.tag !== currentTag ? findOldVersion(versions, proved.id) : undefined;
}

/** @throws {UserError} `history-damaged` */
export async function findOldVersion(
  versions: VersionStore,
  id: string,
): Promise<OldVersion | undefined> {
  const kept = await versions.read(id);
  return kept && { id, tag: kept.record.tag, text: kept.text };
}
