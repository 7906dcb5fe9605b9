/** One item of a text dump: ` VRRP Instance = VI_1` with the lines that belong to it. */
export interface DumpRecord {
  kind: string;
  name: string;
  properties: ReadonlyMap<string, string>;
  /** What stands under a heading: `Virtual IP (1):` is kept as `Virtual IP`. */
  lists: ReadonlyMap<string, readonly string[]>;
}

const sectionLine = /^-+< (.+) >-+$/;
const recordLine = /^ (\S.*?) = (.*)$/;
const headingLine = /^ {3}(\S.*?)(?: \(\d+\))? ?:$/;
const propertyLine = /^ {3}(\S.*?) = (.*)$/;
const itemLine = /^ {5}(\S.*)$/;

/**
 * The sections of a whole dump; undefined for one that is not finished: interfaces come last, so
 * one without them, or without its last newline, is half written.
 */
export function readWholeDump(text: string): Map<string, DumpRecord[]> | undefined {
  const sections = readDumpRecords(text);
  return sections.has('Interfaces') && text.endsWith('\n') ? sections : undefined;
}

/**
 * Splits a dump into its sections and their records, by indentation alone: the format is not
 * promised, and lines that fit nowhere are passed over. Passwords are left behind.
 */
function readDumpRecords(text: string): Map<string, DumpRecord[]> {
  const sections = new Map<string, DumpRecord[]>();
  let records: DumpRecord[] = [];
  let properties = new Map<string, string>();
  let lists = new Map<string, string[]>();
  let items: string[] = [];

  for (const line of text.split('\n')) {
    const section = sectionLine.exec(line)?.[1];
    if (section !== undefined) {
      records = [];
      sections.set(section, records);
      continue;
    }
    const [, kind, name] = recordLine.exec(line) ?? [];
    if (kind !== undefined && name !== undefined) {
      properties = new Map();
      lists = new Map();
      items = [];
      records.push({ kind, name, properties, lists });
      continue;
    }
    const heading = headingLine.exec(line)?.[1];
    if (heading !== undefined) {
      items = [];
      lists.set(heading, items);
      continue;
    }
    const [, key, value] = propertyLine.exec(line) ?? [];
    if (key !== undefined && value !== undefined) {
      if (key !== 'Password') properties.set(key, value);
      continue;
    }
    const item = itemLine.exec(line)?.[1];
    if (item !== undefined) items.push(item);
  }
  return sections;
}
