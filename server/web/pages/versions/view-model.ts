import type { VersionList, VersionRecord } from '../../../operations/versions/restore-version.ts';
import type { VersionsQuery } from './query-schema.ts';
import { describeVersion } from './version-words.ts';
import type { VersionWords } from './version-words.ts';

export interface VersionRow extends VersionWords {
  /** The file says exactly this now, and this is the version by which it came: how that is said. */
  badge: string | undefined;
}

export interface VersionsModel {
  files: { id: string; path: string; selected: boolean }[];
  /** Why there are none. */
  emptyReason: string;
  rows: VersionRow[];
  /** Links to the pages of the list beside this one. */
  newer: string | undefined;
  older: string | undefined;
}

const rowsPerPage = 50;

/** The list of versions, newest first. */
export function describeVersions(
  { records, files }: VersionList,
  { file, page }: VersionsQuery,
): VersionsModel {
  const chosen = records.filter(({ fileId }) => file === undefined || fileId === file);
  const current = new Set(files.map(({ id, tag }) => findCurrent(records, id, tag)?.id));
  const start = (page - 1) * rowsPerPage;
  const link = (number: number) => {
    const query = new URLSearchParams({ ...(file !== undefined && { file }), page: `${number}` });
    return `/keepalived/versions?${query.toString()}`;
  };
  const allFiles = listFiles(records, files);
  return {
    emptyReason:
      file === undefined || allFiles.some(({ id }) => id === file)
        ? 'No version is kept yet. The first one is kept when a file is first seen or saved.'
        : `There is no file “${file}” here. Choose one above.`,
    files: allFiles.map((one) => ({ ...one, selected: one.id === file })),
    rows: chosen.slice(start, start + rowsPerPage).map((record) => ({
      ...describeVersion(record),
      // Only the live file can be active; nothing runs a stored one.
      badge: !current.has(record.id)
        ? undefined
        : record.fileId === 'live'
          ? 'Active now'
          : 'The file now',
    })),
    newer: page > 1 ? link(page - 1) : undefined,
    older: chosen.length > start + rowsPerPage ? link(page + 1) : undefined,
  };
}

const staying = new Set<VersionRecord['outcome']>(['live', 'saved', 'outside']);

/** The version by which a file says what it says now, if the history has it. */
function findCurrent(
  records: readonly VersionRecord[],
  fileId: string,
  tag: string | undefined,
): VersionRecord | undefined {
  const same = records.filter((record) => record.fileId === fileId && record.tag === tag);
  return same.find(({ outcome }) => staying.has(outcome)) ?? same[0];
}

/** The managed files, and those that once were. */
function listFiles(records: VersionRecord[], files: VersionList['files']) {
  const paths = new Map(files.map(({ id, path }) => [id, path]));
  for (const { fileId, path } of records) if (!paths.has(fileId)) paths.set(fileId, path);
  return [...paths].map(([id, path]) => ({ id, path }));
}
