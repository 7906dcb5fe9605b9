import type { CommandReport, Lasting } from '../appliance.ts';

/** What was run to keep rules beyond a reboot, and whether they are kept. */
export interface LastingResult {
  commands: CommandReport[];
  lasting: Lasting;
}
