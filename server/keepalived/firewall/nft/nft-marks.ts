import type { MarkExpression } from '../walk/mark.ts';

const operators = new Map([
  ['&', 'and'],
  ['|', 'or'],
  ['^', 'xor'],
  ['<<', 'shift-left'],
  ['>>', 'shift-right'],
] as const);

/**
 * An expression of marks and numbers, as `{"|": [{"&": [{"meta": {"key": "mark"}}, 255]}, 16]}`.
 * @returns undefined: something else is in it.
 */
export function readNftMark(value: unknown): MarkExpression | undefined {
  if (typeof value === 'number') return { kind: 'constant', value };
  if (typeof value !== 'object' || value === null) return undefined;
  const [[name, content] = ['', undefined], ...others] = Object.entries(value);
  if (others.length > 0) return undefined;
  if (name === 'meta') return isMark(content) ? { kind: 'mark' } : undefined;
  const operator = [...operators].find(([sign]) => sign === name)?.[1];
  if (!operator || !Array.isArray(content)) return undefined;
  // More than two: from left to right.
  const [first, ...rest] = content.map(readNftMark);
  const join = (left: MarkExpression | undefined, right: MarkExpression | undefined) =>
    left && right && ({ kind: operator, left, right } as const);
  return rest.reduce<MarkExpression | undefined>(join, first);
}

function isMark(content: unknown): boolean {
  return (
    typeof content === 'object' && content !== null && 'key' in content && content.key === 'mark'
  );
}
