import type { Appliance } from '../appliance/appliance.ts';
import { summarizeConfigurations } from '../keepalived/config/questions.ts';
import type { DaemonProcess } from '../keepalived/evidence.ts';
import type { ConfigurationWitness } from '../keepalived/status.ts';

/** What the daemon is known to have loaded, and when it last could have loaded anything. */
export interface LoadKnowledge {
  daemonPid: number;
  /** Wall clock, ms: its start, or its newest known reload. */
  loadedAtMs: number;
  /** How far after `loadedAtMs` the load may really have been (a log that writes whole seconds). */
  uncertaintyMs: number;
  /** The live file's tag at that load, where this program did it itself. */
  loadedTag: string | undefined;
}

/**
 * Reads the live file and its includes, and judges whether they were edited since the load.
 * @param knowledge undefined when the daemon does not run or its start is not known
 */
export async function witnessConfiguration(
  appliance: Appliance,
  knowledge: LoadKnowledge | undefined,
): Promise<ConfigurationWitness & { modifiedAtMs?: number }> {
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
  const modifiedAtMs = Math.max(...readable.map((content) => content.modifiedAtMs));
  return {
    ok: true,
    tag: live.tag,
    summary: summarizeConfigurations(readable),
    editedSinceLoad: knowledge && wasEdited(knowledge, live.tag, modifiedAtMs),
    modifiedAtMs,
  };
}

function wasEdited(
  { loadedAtMs, uncertaintyMs, loadedTag }: LoadKnowledge,
  tag: string,
  modifiedAtMs: number,
): boolean | undefined {
  if (loadedTag !== undefined && loadedTag !== tag) return true;
  if (modifiedAtMs <= loadedAtMs) return false;
  return modifiedAtMs > loadedAtMs + uncertaintyMs ? true : undefined;
}

/**
 * The newest load that can be known: what this program did itself, the daemon's start, or a reload
 * that the log tells of (somebody's `systemctl reload`).
 */
export async function findLoadKnowledge(
  appliance: Appliance,
  daemon: DaemonProcess,
  known: LoadKnowledge | undefined,
  modifiedAtMs: number | undefined,
): Promise<LoadKnowledge | undefined> {
  if (daemon.state !== 'running') return undefined;
  const knowledge =
    known?.daemonPid === daemon.pid
      ? known
      : {
          daemonPid: daemon.pid,
          loadedAtMs: daemon.startedAtMs,
          uncertaintyMs: 0,
          loadedTag: undefined,
        };
  // The log is read only when the file is newer than the last load that we know of.
  if (modifiedAtMs === undefined || modifiedAtMs <= knowledge.loadedAtMs) return knowledge;
  const reloadedAtMs = await findNewestReload(appliance);
  if (reloadedAtMs === undefined || reloadedAtMs <= knowledge.loadedAtMs) return knowledge;
  const uncertaintyMs = reloadedAtMs % 1000 === 0 ? 999 : 0;
  return { daemonPid: daemon.pid, loadedAtMs: reloadedAtMs, uncertaintyMs, loadedTag: undefined };
}

async function findNewestReload(appliance: Appliance): Promise<number | undefined> {
  const page = await appliance.readLog({ limit: 20, filter: 'Reload' });
  if (!page.ok) return undefined;
  return page.lines.find(({ message }) => /^Reload(ing\b|\s+complete)/.test(message))?.atMs;
}
