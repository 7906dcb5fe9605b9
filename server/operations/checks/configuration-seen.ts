/** What one change reads of the files: once, at its beginning, and handed on from there. */
import type { Appliance, ConfigurationFileContent } from '../../appliance/appliance.ts';
import { haveSameIncludes } from '../../keepalived/config/include-lines.ts';
import { summarizeConfiguration } from '../../keepalived/config/questions.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import { assembleConfiguration } from '../../keepalived/language/assembled.ts';
import type { ConfigurationSource } from '../../keepalived/language/assembled.ts';
import type { ConfigurationContent } from '../../keepalived/language/tree.ts';
import { readConfigurationFiles } from '../../state/live-configuration.ts';
import type { ConfigurationFile } from '../../state/live-configuration.ts';

type FileReader = Pick<
  Appliance,
  'listConfigurationFiles' | 'readConfigurationFile' | 'readConfigurationId'
>;

/** The files as they were found. */
export interface ConfigurationSeen {
  /** The one that is to be changed. */
  file: ConfigurationFileContent;
  /** The live file and all that it includes, the live one first. */
  parts: readonly ConfigurationFile[];
  configurationId: string | undefined;
  /** What could be read of them, as keepalived on this server reads it. */
  now: AssembledFiles;
}

/** The configuration as it is, or as it would be. */
export interface AssembledFiles {
  sources: readonly ConfigurationSource[];
  content: ConfigurationContent;
  summary: ConfigurationSummary;
}

/** A text in the place of its file; that of a stored file in the place of the live one. */
export interface Candidate {
  text: string;
  seen: ConfigurationSeen;
  /** The whole configuration with it. */
  whole: AssembledFiles;
  /** The file whose place it takes in `whole`; undefined: nothing includes that file any more. */
  path: string | undefined;
}

/** Lists and reads the files; nothing else of a change does, until the new text is on the disk. */
export async function seeConfiguration(
  appliance: FileReader,
  fileId: string,
): Promise<ConfigurationSeen> {
  const [parts, configurationId] = await Promise.all([
    readConfigurationFiles(appliance),
    appliance.readConfigurationId(),
  ]);
  const found = parts.find(({ id }) => id === fileId);
  const file = found ?? (await appliance.readConfigurationFile(fileId));
  const readable = parts.flatMap((part) => (part.ok ? [part] : []));
  return { file, parts, configurationId, now: assemble(readable, configurationId) };
}

/**
 * Puts a text into the place of the file that was seen. The files are listed again only where its
 * include lines are others: then it may bring files that were not seen.
 */
export async function placeText(
  appliance: FileReader,
  seen: ConfigurationSeen,
  text: string,
): Promise<Candidate> {
  const { file, configurationId } = seen;
  const placeId = file.id.startsWith('stored-') ? 'live' : file.id;
  const replaced = seen.parts.find(({ id }) => id === placeId);
  const hasSameFiles = haveSameIncludes(replaced?.ok ? replaced.text : '', text);
  const parts = hasSameFiles
    ? seen.parts
    : await readConfigurationFiles(appliance, { fileId: file.id, text }, seen.parts);
  const own = parts.find(({ id }) => id === placeId);
  const sources = parts.flatMap((part): ConfigurationSource[] => {
    if (part.id === placeId) return [{ path: part.path, includes: part.includes, text }];
    return part.ok ? [part] : [];
  });
  return { text, seen, whole: assemble(sources, configurationId), path: own?.path };
}

/** A text that somebody asks about. */
export async function seeText(
  appliance: FileReader,
  fileId: string,
  text: string,
): Promise<Candidate> {
  return placeText(appliance, await seeConfiguration(appliance, fileId), text);
}

function assemble(
  sources: readonly ConfigurationSource[],
  configurationId: string | undefined,
): AssembledFiles {
  const content = assembleConfiguration(sources, { configurationId });
  return { sources, content, summary: summarizeConfiguration(content) };
}

/** Whether keepalived watches anything, so that what it knows of that decides an election. */
export function tracksAnything({ summary }: AssembledFiles): boolean {
  return [...summary.instances, ...summary.syncGroups].some(({ trackers }) => trackers.length > 0);
}
