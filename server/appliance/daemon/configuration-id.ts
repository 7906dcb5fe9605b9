import { findOption } from '../../keepalived/proof/command-line.ts';
import { readHostName } from '../../shared/own-hosts.ts';
import { useIfUnseen } from '../unseen-error.ts';
import type { DaemonReader } from './daemon-process.ts';
import { readArguments } from './process-table.ts';

/**
 * Makes the reader of what keepalived compares `@id` lines with: the `-i` that the running daemon was given, or that
 * this program would start it with; else the short host name (keepalived(8), measured).
 * @param startArguments those of the settings
 * The words that a daemon was started with are read once: they stay, and reading them wakes a thread.
 * @returns undefined: what the daemon was given cannot be looked at, so any `@id` line may apply
 */
export function createConfigurationIdReader(
  readDaemon: DaemonReader,
  startArguments: readonly string[],
): () => Promise<string | undefined> {
  let known: { pid: number; startedAtMs: number; words: string[] } | undefined;

  const readWords = async ({ pid, startedAtMs }: { pid: number; startedAtMs: number }) => {
    if (known?.pid === pid && known.startedAtMs === startedAtMs) return known.words;
    const words = await readArguments(pid).catch(useIfUnseen(undefined));
    known = words && { pid, startedAtMs, words };
    return words;
  };
  return async () => {
    const daemon = await readDaemon();
    if (daemon.state === 'unknown') return undefined;
    const words = daemon.state === 'running' ? await readWords(daemon) : startArguments;
    if (words === undefined) return undefined;
    return findOption(words, { short: '-i', long: '--config-id' }) ?? readHostName();
  };
}
