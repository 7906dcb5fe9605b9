import type { VersionStore } from '../../history/versions/version-store.ts';

/** A text that a file once had, by its tag; undefined if the history does not have it. */
export async function findKeptText(
  versions: VersionStore,
  fileId: string,
  tag: string,
): Promise<string | undefined> {
  const record = (await versions.list(fileId)).find((version) => version.tag === tag);
  return record && (await versions.read(record.id))?.text;
}
