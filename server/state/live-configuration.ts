import type { Appliance } from '../appliance/appliance.ts';
import { summarizeConfigurations } from '../keepalived/config/questions.ts';
import type { ConfigurationSummary } from '../keepalived/config/questions.ts';

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

/** Reads the live file and its includes as they are on disk now. */
export async function readLiveConfiguration(appliance: Appliance): Promise<LiveConfiguration> {
  const entries = await appliance.listConfigurationFiles();
  const contents = await Promise.all(
    entries
      .filter(({ role }) => role === 'live' || role === 'included')
      .map(({ id }) => appliance.readConfigurationFile(id)),
  );
  const live = contents[0];
  if (!live) return { ok: false, reason: 'there is no configuration file' };
  if (!live.ok) return { ok: false, reason: live.message };
  const readable = contents.flatMap((content) => (content.ok ? [content] : []));
  return {
    ok: true,
    tag: live.tag,
    summary: summarizeConfigurations(readable),
    modifiedAtMs: Math.max(...readable.map((content) => content.modifiedAtMs)),
  };
}
