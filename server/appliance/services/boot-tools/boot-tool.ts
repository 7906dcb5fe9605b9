import type { BootSetting } from '../../../keepalived/proof/evidence.ts';
import type { CommandReport } from '../../appliance.ts';

/** What decides on this machine which services start at boot. */
export interface BootTool {
  read(service: string): Promise<BootSetting>;
  set(service: string, enabled: boolean): Promise<CommandReport>;
}
