import type { ServiceReport } from '../appliance.ts';
import type { DaemonReader } from '../daemon/daemon-process.ts';
import type { BootTool } from './boot-tools/boot-tool.ts';
import { describeService } from './service-files.ts';
import type { ServiceManager } from './service-managers/service-manager.ts';

interface ServiceSources {
  manager: ServiceManager;
  bootTool: BootTool;
  readDaemon: DaemonReader;
}

/** What the boot page lists of each service. */
export function readServices(names: string[], sources: ServiceSources): Promise<ServiceReport[]> {
  return Promise.all(names.map((name) => readService(name, sources)));
}

async function readService(
  name: string,
  { manager, bootTool, readDaemon }: ServiceSources,
): Promise<ServiceReport> {
  const [description, startOnBoot, running] = await Promise.all([
    describeService(name),
    bootTool.read(name),
    // keepalived's processes speak for themselves, whoever started them.
    name === 'keepalived' ? isDaemonRunning(readDaemon) : manager.isRunning(name),
  ]);
  return { name, description, startOnBoot, running };
}

async function isDaemonRunning(readDaemon: DaemonReader): Promise<ServiceReport['running']> {
  const daemon = await readDaemon();
  return daemon.state === 'unknown'
    ? { known: false, reason: daemon.reason }
    : { known: true, running: daemon.state === 'running' };
}
