import { findOption } from '../../keepalived/proof/command-line.ts';
import { readHostName } from '../../shared/own-hosts.ts';
import { useIfUnseen } from '../unseen-error.ts';
import type { DaemonReader } from './daemon-process.ts';
import { readArguments } from './process-table.ts';

/**
 * What keepalived compares `@id` lines with: the `-i` that the running daemon was given, or that
 * this program would start it with; else the short host name (keepalived(8), measured).
 * @param startArguments those of the settings
 * @returns undefined: what the daemon was given cannot be looked at, so any `@id` line may apply
 */
export async function readConfigurationId(
  readDaemon: DaemonReader,
  startArguments: readonly string[],
): Promise<string | undefined> {
  const daemon = await readDaemon();
  if (daemon.state === 'unknown') return undefined;
  const words =
    daemon.state === 'running'
      ? await readArguments(daemon.pid).catch(useIfUnseen(undefined))
      : startArguments;
  if (words === undefined) return undefined;
  return findOption(words, { short: '-i', long: '--config-id' }) ?? readHostName();
}
