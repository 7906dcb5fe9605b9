import type { Appliance, CandidateText, ConfigurationFileContent } from '../appliance/appliance.ts';
import { summarizeConfigurations } from '../keepalived/config/questions.ts';
import type { ConfigurationSummary } from '../keepalived/config/questions.ts';
import { assembleConfiguration } from '../keepalived/language/assembled.ts';
import type { ConfigurationSource, ResolvedInclude } from '../keepalived/language/assembled.ts';
import type { ConfigurationContent } from '../keepalived/language/tree.ts';
import type { Evidence } from '../keepalived/status/status.ts';

export type LiveConfiguration =
  | { ok: false; reason: string }
  | {
      ok: true;
      /** SHA-256 of the live file's bytes. */
      tag: string;
      summary: ConfigurationSummary;
      /** The newest modification among the live file and its includes; wall clock, ms. */
      modifiedAtMs: number;
    };

/** A file of the live configuration, and what its include lines name. */
export type ConfigurationFile = ConfigurationFileContent & {
  includes?: ResolvedInclude[] | undefined;
};

/**
 * The live file and all that it includes, the live one first.
 * @param candidate follows the includes as they were with this text; the parts are those on disk
 * @param known parts that were read already, and are not read again
 */
export async function readConfigurationFiles(
  appliance: FileReader,
  candidate?: CandidateText,
  known: readonly ConfigurationFile[] = [],
): Promise<ConfigurationFile[]> {
  const entries = await appliance.listConfigurationFiles(candidate);
  return Promise.all(
    entries
      .filter(({ role }) => role === 'live' || role === 'included')
      .map(async ({ id, includes }) => ({
        ...(known.find((part) => part.id === id) ??
          (await appliance.readConfigurationFile(id, candidate))),
        includes,
      })),
  );
}

/**
 * What of the configuration can be read, to be assembled; the live file first.
 * @param candidate a text in its file's place: as the configuration would be with it
 */
export async function readConfigurationSources(
  appliance: FileReader,
  candidate?: CandidateText,
): Promise<TextSource[]> {
  const files = await readConfigurationFiles(appliance, candidate);
  const { fileId, text } = candidate ?? {};
  const candidateId = fileId?.startsWith('stored-') === true ? 'live' : fileId;
  return files.flatMap((part): TextSource[] => {
    const { id, path, includes } = part;
    if (text !== undefined && id === candidateId) {
      return [{ path, includes, text, isCandidate: true }];
    }
    return part.ok ? [{ path, includes, text: part.text, isCandidate: false }] : [];
  });
}

type TextSource = ConfigurationSource & { isCandidate: boolean };

type FileReader = Pick<Appliance, 'listConfigurationFiles' | 'readConfigurationFile'>;

/**
 * What can be read of the live configuration as keepalived on this server reads it.
 * @param candidate a text in its file's place
 */
export async function readAssembledConfiguration(
  appliance: Appliance,
  candidate?: CandidateText,
): Promise<ConfigurationContent> {
  const [sources, configurationId] = await Promise.all([
    readConfigurationSources(appliance, candidate),
    appliance.readConfigurationId(),
  ]);
  return assembleConfiguration(sources, { configurationId });
}

/** Reads what the live file and its includes say now, to keepalived on this server. */
export async function readLiveConfiguration(appliance: Appliance): Promise<LiveConfiguration> {
  const [contents, configurationId] = await Promise.all([
    readConfigurationFiles(appliance),
    appliance.readConfigurationId(),
  ]);
  const live = contents[0];
  if (!live) return { ok: false, reason: 'there is no configuration file' };
  if (!live.ok) return { ok: false, reason: live.message };
  const readable = contents.flatMap((content) => (content.ok ? [content] : []));
  return {
    ok: true,
    tag: live.tag,
    summary: summarizeConfigurations(readable, { configurationId }),
    modifiedAtMs: Math.max(...readable.map((content) => content.modifiedAtMs)),
  };
}

/** The FIFOs into which the daemon writes, by the file as it was last read. */
export function findNotifyFifos({ configuration }: Pick<Evidence, 'configuration'>): string[] {
  if (!configuration?.value.ok) return [];
  return configuration.value.summary.notifyFifos.map(({ path }) => path);
}
