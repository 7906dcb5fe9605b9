import { z } from 'zod';

/**
 * pending: being applied · live: proved in the running daemon · saved: on disk, not run ·
 * restored: tried, and the previous version restored · conflict: not installed, someone else
 * changed the file first · failed: not put in place, or in place without working · outside: found on
 * disk, not ours.
 */
export const versionOutcomeSchema = z.enum([
  'pending',
  'live',
  'saved',
  'restored',
  'conflict',
  'failed',
  'outside',
]);
export type VersionOutcome = z.output<typeof versionOutcomeSchema>;

/** What causes a version. Records of an older release may have others. */
export type VersionAction =
  | 'edit'
  | 'settings'
  | 'default-master'
  | 'default-backup'
  | 'packaged'
  | 'drill'
  | 'restore'
  | 'go-back'
  | 'outside';

const storedRecordSchema = z.strictObject({
  id: z.uuid(),
  /** Wall clock, ms. */
  keptAtMs: z.number(),
  fileId: z.string(),
  path: z.string(),
  /** SHA-256 of the bytes, hexadecimal; also the name of the stored text. */
  tag: z.string().regex(/^[0-9a-f]{64}$/),
  /** undefined: changed outside of this program. */
  userName: z.string().optional(),
  /** Where the request came from: an IP address, or `unix`. undefined: not known. */
  remoteAddress: z.string().optional(),
  /** What caused it: a `VersionAction`. */
  action: z.string(),
  comment: z.string(),
  outcome: versionOutcomeSchema,
});
/** JSON leaves out what is undefined: put it back. */
export const versionRecordSchema = storedRecordSchema.transform((record) => ({
  ...record,
  userName: record.userName,
  remoteAddress: record.remoteAddress,
}));
export type VersionRecord = z.output<typeof versionRecordSchema>;

/** The newest of one file's records (oldest first) that was active. */
function findInForce(records: readonly VersionRecord[]): VersionRecord | undefined {
  return records.findLast(({ outcome }) => outcome === 'live' || outcome === 'saved');
}

/**
 * Which of one file's records (oldest first) have to go so that `limit` are left. Never the one in
 * force, and never the newest, which may be about to be.
 */
export function findExpendable(records: readonly VersionRecord[], limit: number): VersionRecord[] {
  const inForce = findInForce(records);
  return records
    .slice(0, -1)
    .filter((record) => record !== inForce)
    .slice(0, Math.max(0, records.length - limit));
}

const stayingOutcomes = new Set<VersionOutcome>(['live', 'saved', 'outside']);

/**
 * Whether one file's records (newest first) explain that it has this content: its newest version,
 * whatever became of it, or the newest that was on the disk to stay.
 */
export function isExpectedOnDisk(records: readonly VersionRecord[], tag: string): boolean {
  const settled = records.find(({ outcome }) => stayingOutcomes.has(outcome));
  return records[0]?.tag === tag || settled?.tag === tag;
}
