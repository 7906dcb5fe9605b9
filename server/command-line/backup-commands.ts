import { restoreBackup } from '../process/backup/restore-backup.ts';
import { takeBackup } from '../process/backup/take-backup.ts';
import { readHostName } from '../shared/own-hosts.ts';

export interface BackupDependencies {
  stateDirectory: string;
  print: (text: string) => void;
}

/**
 * `backup FILE`.
 * @throws {UserError} see `takeBackup`
 */
export async function makeBackup(
  [path = '']: readonly string[],
  { stateDirectory, print }: BackupDependencies,
): Promise<void> {
  print(await takeBackup({ stateDirectory, path, hostName: readHostName() }));
}

/**
 * `restore FILE`.
 * @throws {UserError} see `restoreBackup`
 */
export async function restore(
  [path = '']: readonly string[],
  options: ReadonlySet<string>,
  { stateDirectory, print }: BackupDependencies,
): Promise<void> {
  const isOtherHostAllowed = options.has('--from-another-host');
  const hostName = readHostName();
  print(await restoreBackup({ stateDirectory, path, hostName, isOtherHostAllowed }));
}
