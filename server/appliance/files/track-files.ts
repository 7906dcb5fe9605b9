import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TrackingReport } from '../../keepalived/proof/evidence.ts';
import { errorCode } from '../../shared/error-code.ts';
import { createTag } from '../../shared/tag.ts';
import type { TrackFileReading, TrackFileWriting } from '../appliance.ts';
import { machinePath } from './machine-path.ts';
import { readRegularFile } from './regular-file.ts';
import { replaceFile } from './replace-file.ts';

/** The sum that makes an instance FAULT; more says nothing more (keepalived.conf(5), track_file). */
const largestValue = 254;

/**
 * Files whose number keepalived adds to a priority. They lie in this program's own folder, which
 * outlasts a boot: whoever boots a server in maintenance wants it to come up in maintenance.
 */
export function createTrackFiles(stateDirectory: string) {
  const folder = resolve(stateDirectory, 'maintenance');
  return {
    /** @param name of an instance, as a file name */
    prepare: async (name: string): Promise<string> => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return join(folder, name);
    },
    /** Marks the files of that folder in keepalived's account of what it watches. */
    markOwn: (report: TrackingReport): TrackingReport => {
      if (!report.ok) return report;
      const items = report.items.map((item) =>
        item.file && dirname(item.file.path) === folder
          ? { ...item, file: { ...item.file, isOwn: true as const } }
          : item,
      );
      return { ...report, items };
    },
    read: readTrackFile,
    write: writeTrackFile,
  };
}

async function readTrackFile(path: string): Promise<TrackFileReading> {
  const reading = await readNumber(path);
  return reading.ok ? { ok: true, value: reading.value } : reading;
}

/** By rename, which keepalived sees as it sees a write (measured, 2.2.7). */
async function writeTrackFile(path: string, value: number): Promise<TrackFileWriting> {
  if (!Number.isInteger(value) || Math.abs(value) > largestValue) {
    return { ok: false, message: `${value} is no number for ${path}.` };
  }
  const flaw = await findFolderFlaw(dirname(path));
  if (flaw !== undefined) return { ok: false, message: flaw };
  const before = await readNumber(path);
  if (!before.ok) return before;
  const { tag: expectedTag } = before;
  const result = await replaceFile(path, { text: `${value}\n`, expectedTag });
  switch (result.outcome) {
    case 'replaced':
      return { ok: true };
    case 'conflict':
      return { ok: false, message: `Someone else wrote ${path} at the same time. Try again.` };
    case 'failed':
      return { ok: false, message: result.message };
  }
}

/** What holds no number is some other file, whatever a configuration calls it. */
async function readNumber(
  path: string,
): Promise<{ ok: true; value: number; tag: string | null } | { ok: false; message: string }> {
  const file = await readRegularFile(machinePath(path));
  // keepalived takes a file that is missing, or empty, for 0 (measured, 2.2.7).
  if (!file.ok && file.problem === 'missing') return { ok: true, value: 0, tag: null };
  if (!file.ok) return file;
  const [, digits] = /^\s*([+-]?\d{1,9}|)\s*$/.exec(file.bytes.toString('latin1')) ?? [];
  if (digits === undefined) return { ok: false, message: `${path} does not hold a number.` };
  return { ok: true, value: Number(digits), tag: createTag(file.bytes) };
}

/** In a folder that others may write, somebody could make root write elsewhere. */
async function findFolderFlaw(folder: string): Promise<string | undefined> {
  try {
    const { uid, mode } = await stat(folder);
    const isSafe = uid === process.getuid?.() && (mode & 0o022) === 0;
    return isSafe ? undefined : `Users other than root can write to ${folder}. Move the file.`;
  } catch (error) {
    return `${folder} cannot be read (${errorCode(error)}).`;
  }
}
