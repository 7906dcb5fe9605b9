import { createComparison } from '../rule-set.ts';
import type { Test } from '../rule-set.ts';
import type { NftField, NftKey } from './nft-keys.ts';

/** The values of a rule's own words or of a set; `getSet` finds one by its name. */
export interface NftContext {
  /** The whole rule, for what is not understood. */
  text: string;
  /** Of its table. */
  family: string;
  getSet: (name: string) => unknown[] | undefined;
}

/** `{ set: […] }`, a list of flags, the name of a set, or a single value. */
export function listElements(value: unknown, { getSet }: NftContext): unknown[] | undefined {
  if (typeof value === 'string' && value.startsWith('@')) return getSet(value.slice(1));
  const listed = isObject(value) && 'set' in value ? value['set'] : value;
  return Array.isArray(listed) ? (listed as unknown[]) : [listed];
}

/**
 * What has to hold for an element to be the packet's: a test for each field.
 * @returns undefined: not understood; `all`: it stands for all that is not named beside it.
 */
export function readElement(
  element: unknown,
  key: NftKey,
  text: string,
): Test[] | 'all' | undefined {
  if (element === '*') return 'all';
  // One with a comment, a counter or a time to live.
  if (isObject(element) && isObject(element['elem'])) {
    return readElement(element['elem']['val'], key, text);
  }
  const { concat } = isObject(element) ? element : {};
  const parts: unknown[] = Array.isArray(concat) ? concat : [element];
  if (parts.length !== key.fields.length) return undefined;
  const tests = key.fields.flatMap((field, at) => testField(field, parts[at], text) ?? []);
  return tests.length === parts.length ? tests : undefined;
}

function testField(field: NftField, value: unknown, text: string): Test | undefined {
  if (field.kind === 'mark') {
    const range = readRange(value);
    return range && { ...field, kind: 'compare-mark', ranges: [range], negated: false, text };
  }
  const known = readValue(value, field);
  return known === undefined ? undefined : createComparison(field.key, [known], text);
}

/** Both ends are included. @returns undefined: these are no numbers. */
export function readRange(value: unknown): [number, number] | undefined {
  if (typeof value === 'number') return [value, value];
  const { range } = isObject(value) ? value : {};
  if (!Array.isArray(range)) return undefined;
  const [first, last] = range as unknown[];
  return typeof first === 'number' && typeof last === 'number' ? [first, last] : undefined;
}

function readValue(
  value: unknown,
  { key, translate }: Extract<NftField, { kind: 'packet' }>,
): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') return translate(String(value));
  if (!isObject(value)) return undefined;
  const { prefix, range } = value;
  if (isObject(prefix)) return `${String(prefix['addr'])}/${String(prefix['len'])}`;
  if (!Array.isArray(range)) return undefined;
  // The names of protocols have no order.
  const isOrdered = key === 'source' || key === 'destination' || readRange(value) !== undefined;
  return isOrdered ? range.map(String).join('-') : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
