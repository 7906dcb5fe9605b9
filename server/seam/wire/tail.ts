/** Bytes of a result or an event: taken out of it before it becomes JSON, and placed again. */
import type { TailPlace } from '../calls.ts';

export interface Detached {
  value: unknown;
  /** undefined: no bytes are there. */
  tail: Uint8Array | undefined;
}

/** @param place where bytes may be; undefined: nowhere */
export function detachTail(value: unknown, place: TailPlace | undefined): Detached {
  if (!place) return { value, tail: undefined };
  const [field, ...deeper] = place;
  if (field === undefined) {
    return value instanceof Uint8Array
      ? { value: undefined, tail: value }
      : { value, tail: undefined };
  }
  if (!isFields(value) || !Object.hasOwn(value, field)) return { value, tail: undefined };
  const inner = detachTail(value[field], deeper);
  if (!inner.tail) return { value, tail: undefined };
  return { value: { ...value, [field]: inner.value }, tail: inner.tail };
}

/** @returns the value with the bytes at their place, as before `detachTail` */
export function attachTail(value: unknown, place: TailPlace, tail: Uint8Array): unknown {
  const [field, ...deeper] = place;
  if (field === undefined) return tail;
  if (!isFields(value)) return value;
  return { ...value, [field]: attachTail(value[field], deeper, tail) };
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
