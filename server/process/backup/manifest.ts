import { z } from 'zod';
import { withFormat } from '../../shared/state-format.ts';
import { version } from '../../shared/version.ts';

/** The first file of a backup: what it is. */
export const manifestName = 'backup.json';

export const manifestSchema = z.strictObject({
  format: z.int().min(1),
  /** Of the program that made it. */
  version: z.string().max(100),
  /** The server's short host name. */
  hostName: z.string().max(255),
  /** Wall clock, ms. */
  madeAtMs: z.int().min(0).max(8.64e15),
  /** How many files follow. */
  fileCount: z.int().min(1),
});
export type Manifest = z.output<typeof manifestSchema>;

export function createManifest(facts: Omit<Manifest, 'format' | 'version'>): Manifest {
  return withFormat({ version, ...facts });
}
