import type { ProgramOptions } from '../../../program-options.ts';
import { findExecutable } from '../../commands/find-executable.ts';
import type { DaemonReader } from '../../daemon/daemon-process.ts';
import { pathExists } from '../../files/regular-file.ts';
import { hasInitScript } from '../service-files.ts';
import type { ServiceManager } from './service-manager.ts';
import { createSupervised } from './supervised.ts';
import { createSystemd } from './systemd.ts';
import { createSysv } from './sysv.ts';

/**
 * The service manager that the settings name. `auto`: systemd if the machine was booted with it
 * (sd_booted(3)), else init scripts if keepalived has one, else none but this program.
 */
export async function findServiceManager(
  { serviceManager, keepalived }: Pick<ProgramOptions, 'serviceManager' | 'keepalived'>,
  readDaemon: DaemonReader,
): Promise<ServiceManager> {
  const name = serviceManager === 'auto' ? await detect() : serviceManager;
  switch (name) {
    case 'systemd':
      return createSystemd(readDaemon);
    case 'sysv':
      return createSysv(readDaemon);
    case 'supervised':
      return createSupervised(keepalived, readDaemon);
  }
}

async function detect(): Promise<ServiceManager['name']> {
  if (await pathExists('/run/systemd/system')) return 'systemd';
  const sysv = (await findExecutable('service')) !== undefined;
  return sysv && (await hasInitScript('keepalived')) ? 'sysv' : 'supervised';
}
