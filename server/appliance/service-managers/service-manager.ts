import type { CommandReport, ServiceAction, ServiceReport } from '../appliance.ts';

/** What starts and stops services on this machine. */
export interface ServiceManager {
  readonly name: 'systemd' | 'sysv' | 'supervised';
  control(service: string, action: ServiceAction): Promise<CommandReport>;
  isRunning(service: string): Promise<ServiceReport['running']>;
}
