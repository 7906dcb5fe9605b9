import { getChildren, hasUnreadParts, lastNumber, lastValue } from '../language/block-reading.ts';
import { findStatements } from '../language/tree.ts';
import type { ConfigurationNode } from '../language/tree.ts';

/** The `auth_hmac` block of an instance (keepalived 2.4), without its keys' values. */
export interface ConfiguredHmac {
  /** receive-only: sends no trailer · permissive: sends one and accepts packets without one. */
  mode: 'enforce' | 'permissive' | 'receive-only';
  keyIds: number[];
  /** How old or new a trailer may be; undefined: `anti_replay monotonic`. */
  windowSeconds: number | undefined;
}

/** keepalived's own, when none is written: three intervals within these bounds (2.4.3). */
const [shortestDefaultWindow, longestWindow] = [5, 300];

/**
 * @returns undefined where there is none, a part of the block is not read, or keepalived ignores it
 * because its `active_key` is not one of its keys
 */
export function readHmac(
  nodes: readonly ConfigurationNode[],
  intervalSeconds: number,
): ConfiguredHmac | undefined {
  const blocks = findStatements(nodes, 'auth_hmac');
  const block = blocks.flatMap(getChildren);
  if (blocks.length === 0 || hasUnreadParts(block)) return undefined;
  const keyIds = [...readHmacKeys(nodes).keys()];
  const activeKey = lastNumber(block, 'active_key');
  if (activeKey === undefined || !keyIds.includes(activeKey)) return undefined;
  const mode = lastValue(block, 'mode');
  const window =
    lastNumber(block, 'time_window', { minimum: 1, maximum: longestWindow }) ??
    Math.min(longestWindow, Math.max(shortestDefaultWindow, 3 * Math.floor(intervalSeconds)));
  return {
    mode: mode === 'permissive' || mode === 'receive-only' ? mode : 'enforce',
    keyIds,
    windowSeconds: lastValue(block, 'anti_replay') === 'monotonic' ? undefined : window,
  };
}

/**
 * The keys of an instance by number, for those who verify with them; they must go no further.
 * undefined: it is in a file of its own (`file:`), which is not read here.
 */
export function readHmacKeys(
  nodes: readonly ConfigurationNode[],
): Map<number, Uint8Array | undefined> {
  const block = findStatements(nodes, 'auth_hmac').flatMap(getChildren);
  const keys = new Map<number, Uint8Array | undefined>();
  for (const { words } of findStatements(block, 'key')) {
    const [, id, value] = words.map(({ text }) => text);
    const number = Number(id);
    const isValid = Number.isInteger(number) && number >= 1 && number <= 255;
    // The first of two with the same number counts.
    if (isValid && value !== undefined && !keys.has(number)) keys.set(number, readKey(value));
  }
  return keys;
}

function readKey(value: string): Uint8Array | undefined {
  if (value.startsWith('file:') || value.includes('$')) return undefined;
  if (!value.startsWith('hex:')) return Buffer.from(value);
  return Buffer.from(value.slice('hex:'.length).replaceAll(/[^\da-f]/gi, ''), 'hex');
}
