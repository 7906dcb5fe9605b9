import type { Appliance, ConfigurationFileContent } from '../appliance/appliance.ts';
import { summarizeConfigurations } from '../keepalived/config/questions.ts';
import type { ConfigurationSummary } from '../keepalived/config/questions.ts';
import type { Evidence } from '../keepalived/status.ts';

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

/** The live file and its includes as they are on disk now, the live one first. */
export async function readConfigurationParts(
  appliance: Appliance,
): Promise<ConfigurationFileContent[]> {
  const entries = await appliance.listConfigurationFiles();
  return Promise.all(
    entries
      .filter(({ role }) => role === 'live' || role === 'included')
      .map(({ id }) => appliance.readConfigurationFile(id)),
  );
}

/** Reads what the live file and its includes say now, to keepalived on this server. */
export async function readLiveConfiguration(appliance: Appliance): Promise<LiveConfiguration> {
  const [contents, configurationId] = await Promise.all([
    readConfigurationParts(appliance),
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
