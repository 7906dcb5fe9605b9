/** The history as the pages ask it: what was kept, and what going back to it would do. */
import type { ConfigurationFileContent } from '../../appliance/appliance.ts';
import type { VersionRecord } from '../../history/versions/version-store.ts';
import type { Foresight } from '../../keepalived/foresight/foresight-result.ts';
import { seeConfiguration } from '../checks/configuration-seen.ts';
import { foreseeText } from '../checks/preview.ts';
import type { SaveConsent } from '../confirm/confirmed-change.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import type { Actor } from '../outcomes.ts';

export type { VersionRecord } from '../../history/versions/version-store.ts';

/** A kept version with its text, its passwords too. */
export interface KeptVersion {
  record: VersionRecord;
  text: string;
}

export interface VersionList {
  /** Of all files, newest first. */
  records: VersionRecord[];
  /** The managed files as they are now; the tag is undefined where one cannot be read. */
  files: { id: string; path: string; tag: string | undefined }[];
}

export interface RestorePlan {
  version: KeptVersion;
  /** The file now. */
  current: ConfigurationFileContent;
  /** What going back would do. */
  foresight: Foresight;
}

export interface RestoreRequest extends SaveConsent {
  versionId: string;
  /** SHA-256 of the file that was shown; null: it did not exist. */
  expectedTag: string | null;
  actor: Actor;
  /** What it is for, in the words of whoever restores it. */
  comment?: string;
}

export async function listVersions({
  appliance,
  versions,
}: Pick<ApplyDependencies, 'appliance' | 'versions'>): Promise<VersionList> {
  const entries = await appliance.listConfigurationFiles();
  const files = await Promise.all(
    entries.map(async ({ id, path }) => {
      const content = await appliance.readConfigurationFile(id);
      return { id, path, tag: content.ok ? content.tag : undefined };
    }),
  );
  return { records: await versions.list(), files };
}

/** @returns undefined: there is no such version (any more). */
export async function planRestore(
  { appliance, versions }: Pick<ApplyDependencies, 'appliance' | 'versions'>,
  versionId: string,
): Promise<RestorePlan | undefined> {
  const version = await versions.read(versionId);
  if (!version) return undefined;
  const { text, record } = version;
  const seen = await seeConfiguration(appliance, record.fileId);
  return {
    version,
    current: seen.file,
    foresight: await foreseeText(appliance, seen, text),
  };
}
