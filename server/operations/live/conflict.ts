import type { ConfigurationFileContent } from '../../appliance/appliance.ts';
import type { VersionStore } from '../../history/versions/version-store.ts';
import type { ApplyOutcome } from '../outcomes.ts';

/** The tag of what was read; null: there is no file. */
export const findTag = (content: ConfigurationFileContent): string | null =>
  content.ok ? content.tag : null;

/**
 * The file is not the one that was opened: nothing of it is overwritten.
 * @param userName who wants to save; undefined or empty: the program itself
 */
export async function conflictWith(
  current: ConfigurationFileContent,
  versions: Pick<VersionStore, 'list'>,
  userName: string | undefined,
): Promise<Extract<ApplyOutcome, { kind: 'conflict' }>> {
  return {
    kind: 'conflict',
    currentTag: findTag(current),
    currentText: current.ok ? current.text : undefined,
    message: `${await describeChange(current, versions, userName)} Nothing was overwritten.`,
  };
}

/** Who wrote what is on the disk, as far as the history knows it. */
async function describeChange(
  current: ConfigurationFileContent,
  versions: Pick<VersionStore, 'list'>,
  userName: string | undefined,
): Promise<string> {
  const { path } = current;
  // It only names who it was; a history that cannot be read must not hide the conflict.
  const records = await versions.list(current.id).catch(() => []);
  const newest = records.find(({ outcome }) => ['live', 'saved', 'outside'].includes(outcome));
  if (!newest?.userName || newest.tag !== findTag(current)) {
    return `${path} was changed outside of this page after you opened it.`;
  }
  const at = timeFormat.format(newest.keptAtMs);
  return newest.userName === userName
    ? `You saved ${path} in another tab at ${at}.`
    : `${newest.userName} saved ${path} at ${at}.`;
}

/** In the server's zone, as on the pages: `06:10 UTC`. */
const timeFormat = new Intl.DateTimeFormat('en-GB', {
  ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
});
