import type { Appliance } from '../appliance/appliance.ts';
import type { DaemonProcess } from '../keepalived/proof/evidence.ts';
import type { LiveConfiguration } from './live-configuration.ts';

/** What the daemon is known to have loaded, and when. */
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
 * The newest load that can be known: what this program did itself, the daemon's start, or a reload
 * that the log tells of (somebody's `systemctl reload`). The log is read only where the file is
 * newer than every load known so far.
 */
export async function findLoadKnowledge(
  appliance: Appliance,
  daemon: DaemonProcess,
  known: LoadKnowledge | undefined,
  modifiedAtMs: number,
): Promise<LoadKnowledge | undefined> {
  if (daemon.state === 'unknown') return known;
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
  if (modifiedAtMs <= knowledge.loadedAtMs) return knowledge;
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

/** Whether the file was edited since that load; undefined: unknown. */
export function wasEditedSince(
  knowledge: LoadKnowledge,
  { tag, modifiedAtMs }: LiveConfiguration & { ok: true },
): boolean | undefined {
  if (knowledge.loadedTag !== undefined && knowledge.loadedTag !== tag) return true;
  if (modifiedAtMs <= knowledge.loadedAtMs) return false;
  return modifiedAtMs > knowledge.loadedAtMs + knowledge.uncertaintyMs ? true : undefined;
}
