/** Every version of every managed file that was replaced or written, with who, when and why. */

export interface VersionStore {
  /** Keeps a version; it is on the disk (fsync of file and folder) when the promise resolves. */
  keep(version: NewVersion): Promise<VersionRecord>;
  /** Newest first, of one file or of all. */
  list(fileId?: string): Promise<VersionRecord[]>;
  read(id: string): Promise<{ record: VersionRecord; text: string } | undefined>;
  setOutcome(id: string, outcome: VersionOutcome): Promise<void>;
}

export type VersionOutcome = 'pending' | 'live' | 'saved' | 'restored' | 'outside';

export interface NewVersion {
  fileId: string;
  path: string;
  text: string;
  /** SHA-256 of the bytes, hexadecimal. */
  tag: string;
  /** undefined: changed outside of this program. */
  userName: string | undefined;
  /** What caused it: `edit`, `default-master`, `restore`, `outside`, … */
  action: string;
  comment: string;
  outcome: VersionOutcome;
}

export interface VersionRecord extends Omit<NewVersion, 'text'> {
  id: string;
  /** Wall clock, ms. */
  keptAtMs: number;
}
