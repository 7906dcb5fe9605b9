import type {
  CommandReport,
  KeepalivedExit,
  ServiceAction,
  ServiceReport,
} from '../../appliance.ts';

/** What starts and stops services on this machine. */
export interface ServiceManager {
  readonly name: 'systemd' | 'sysv' | 'supervised';
  control(service: string, action: ServiceAction): Promise<CommandReport>;
  /** See the port; undefined also of a keepalived that it did not start. */
  readKeepalivedExit(pid: number): Promise<KeepalivedExit | undefined>;
  isRunning(service: string): Promise<ServiceReport['running']>;
}
