/**
 * What is known of a packet's mark: a rule may set, clear or copy single bits of it, and a later one
 * asks for some of them. Bits of which nothing is known stay unknown.
 */

/** 32 bits; of `value` only those in `known` count. Both are unsigned. */
export interface KnownBits {
  value: number;
  known: number;
}

/** What a rule computes out of the mark. */
export type MarkExpression =
  | { kind: 'constant'; value: number }
  | { kind: 'mark' }
  /** From somewhere else; the bits in `bits` may have any value, the others are 0. */
  | { kind: 'unknown'; bits: number }
  | {
      kind: 'and' | 'or' | 'xor' | 'shift-left' | 'shift-right';
      left: MarkExpression;
      right: MarkExpression;
    };

const allBits = 0xffffffff;

export const noMark: KnownBits = { value: 0, known: allBits };
export const anyMark: KnownBits = { value: 0, known: 0 };

export function isUnmarked({ value, known }: KnownBits): boolean {
  return value === 0 && known === allBits;
}

/** What is known if one of two things happened, and nobody knows which. */
export function joinMarks(one: KnownBits, other: KnownBits): KnownBits {
  const known = (one.known & other.known & ~(one.value ^ other.value)) >>> 0;
  return { value: (one.value & known) >>> 0, known };
}

/** @param mark of the packet, as it comes to the rule. */
export function computeMark(expression: MarkExpression, mark: KnownBits): KnownBits {
  switch (expression.kind) {
    case 'mark':
      return mark;
    case 'constant':
      return { value: expression.value >>> 0, known: allBits };
    case 'unknown':
      return { value: 0, known: ~expression.bits >>> 0 };
    case 'shift-left':
    case 'shift-right':
    case 'and':
    case 'or':
    case 'xor':
      return combine(
        expression.kind,
        computeMark(expression.left, mark),
        computeMark(expression.right, mark),
      );
  }
}

function combine(
  kind: Exclude<MarkExpression['kind'], 'mark' | 'constant' | 'unknown'>,
  left: KnownBits,
  right: KnownBits,
): KnownBits {
  const both = left.known & right.known;
  switch (kind) {
    case 'and': {
      const zeros = (left.known & ~left.value) | (right.known & ~right.value);
      return { value: (left.value & right.value) >>> 0, known: (both | zeros) >>> 0 };
    }
    case 'or': {
      const ones = (left.known & left.value) | (right.known & right.value);
      return { value: ones >>> 0, known: (both | ones) >>> 0 };
    }
    case 'xor':
      return { value: ((left.value ^ right.value) & both) >>> 0, known: both >>> 0 };
    case 'shift-left':
    case 'shift-right':
      return right.known === allBits && right.value < 32 ? shift(kind, left, right.value) : anyMark;
  }
}

function shift(kind: 'shift-left' | 'shift-right', bits: KnownBits, by: number): KnownBits {
  if (kind === 'shift-right') {
    const emptied = ~(allBits >>> by);
    return { value: bits.value >>> by, known: ((bits.known >>> by) | emptied) >>> 0 };
  }
  const emptied = ~(allBits << by);
  return { value: (bits.value << by) >>> 0, known: ((bits.known << by) | emptied) >>> 0 };
}

/** Whether bits lie between two numbers, both included. @returns undefined: it depends. */
export function isWithin(
  { value, known }: KnownBits,
  [first, last]: readonly [number, number],
): boolean | undefined {
  if (first === last && ((value ^ first) & known) !== 0) return false;
  const highest = (value | ~known) >>> 0;
  if (highest < first || value > last) return false;
  return value >= first && highest <= last ? true : undefined;
}
