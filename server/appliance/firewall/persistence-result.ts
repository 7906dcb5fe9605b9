import type { CommandReport, Persistence } from '../appliance.ts';

/** What was run to keep rules beyond a reboot, and whether they are kept. */
export interface PersistenceResult {
  commands: CommandReport[];
  lasting: Persistence;
}
