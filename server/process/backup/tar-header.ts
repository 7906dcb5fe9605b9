/** The header of a file in a tar archive: POSIX.1-1988 ustar, of which a backup needs little. */

/** A header, and what follows it, fill whole blocks. */
export const blockBytes = 512;

export interface TarHeader {
  name: string;
  /** Of the content that follows. */
  bytes: number;
  /** Wall clock, seconds. */
  modifiedAtSeconds: number;
}

/** Where a field begins, and how many bytes it has. */
const fields = {
  name: [0, 100],
  mode: [100, 8],
  userId: [108, 8],
  groupId: [116, 8],
  size: [124, 12],
  modifiedAt: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
  userName: [265, 32],
  groupName: [297, 32],
  prefix: [345, 155],
} as const;
type Field = keyof typeof fields;

/** What is no plain file, in words. */
const otherTypes: Record<string, string> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '5': 'a folder',
  '6': 'a FIFO',
};

/** Of a plain file of root's that only root may read. */
export function formatTarHeader({ name, bytes, modifiedAtSeconds }: TarHeader): Buffer {
  const block = Buffer.alloc(blockBytes);
  const write = (field: Field, text: string) => {
    const [start, length] = fields[field];
    if (Buffer.byteLength(text) > length) throw new Error(`${field} is too long: ${text}`);
    block.write(text, start, 'latin1');
  };
  const writeNumber = (field: Field, value: number) => {
    write(field, value.toString(8).padStart(fields[field][1] - 1, '0'));
  };
  write('name', name);
  writeNumber('mode', 0o600);
  writeNumber('userId', 0);
  writeNumber('groupId', 0);
  writeNumber('size', bytes);
  writeNumber('modifiedAt', modifiedAtSeconds);
  write('type', '0');
  write('magic', 'ustar\u000000');
  write('userName', 'root');
  write('groupName', 'root');
  write('checksum', `${sumBytes(block).toString(8).padStart(6, '0')}\0 `);
  return block;
}

/**
 * Reads the header of a plain file.
 * @returns a sentence's end if it is something else: “is damaged”, “holds a symbolic link, NAME”
 */
export function readTarHeader(block: Buffer): TarHeader | string {
  const read = (field: Field) => {
    const [start, length] = fields[field];
    return block.toString('latin1', start, start + length).split('\0', 1)[0] ?? '';
  };
  const readNumber = (field: Field) => {
    const digits = read(field).trim();
    return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
  };
  const bytes = readNumber('size');
  const modifiedAtSeconds = readNumber('modifiedAt');
  const isSound = read('magic').startsWith('ustar') && readNumber('checksum') === sumBytes(block);
  if (!isSound || bytes === undefined || modifiedAtSeconds === undefined) return 'is damaged';
  const name = read('name');
  const type = read('type');
  if (type !== '0' && type !== '') {
    return `holds ${otherTypes[type] ?? 'something else than files'}, ${JSON.stringify(name)}`;
  }
  if (read('prefix') !== '') return `holds a name that is too long, …/${JSON.stringify(name)}`;
  return { name, bytes, modifiedAtSeconds };
}

/** The sum of a header's bytes, its own field taken for blanks. */
function sumBytes(block: Buffer): number {
  const [start, length] = fields.checksum;
  const counted = Buffer.from(block).fill(' ', start, start + length);
  return counted.reduce((sum, byte) => sum + byte, 0);
}
