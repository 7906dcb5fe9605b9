import { findOption } from '../../keepalived/proof/command-line.ts';
import { readHostName } from '../host.ts';
import type { DaemonReader } from './daemon-process.ts';
import { readArguments } from './process-table.ts';

/**
 * What keepalived compares `@id` lines with: the `-i` that the running daemon was given, or that
 * this program would start it with; else the short host name (keepalived(8), measured).
 * @param startArguments those of the settings
 */
export async function readConfigurationId(
  readDaemon: DaemonReader,
  startArguments: readonly string[],
): Promise<string> {
  const daemon = await readDaemon();
  // Without the right to look it is as if this program had started it.
  const words =
    daemon.state === 'running'
      ? await readArguments(daemon.pid).catch(() => startArguments)
      : startArguments;
  return findOption(words, { short: '-i', long: '--config-id' }) ?? readHostName();
}
