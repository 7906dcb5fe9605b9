/** Messages as frames. Each throws if the value would not arrive as it is. */
import type { TailPlace } from '../calls.ts';
import { assertFits, encodeFrame, encodeFrameParts } from './frame.ts';
import type { AgentMessage, WebMessage } from './messages.ts';
import { assertPlain } from './plain-data.ts';
import { detachTail } from './tail.ts';

export function encodeWebMessage(message: WebMessage): Buffer {
  if ('request' in message) assertPlain(message.request, 'request');
  return encodeFrame(JSON.stringify(message));
}

/** Of a message that has no value of a call in it. */
export function encodeAgentMessage(message: Exclude<AgentMessage, { kind: 'result' | 'event' }>) {
  return encodeFrame(JSON.stringify(message));
}

export function encodeResult(id: number, result: unknown, place: TailPlace | undefined): Buffer {
  const { value, tail } = detachTail(result, place);
  if (value !== undefined) assertPlain(value, 'result');
  const message: AgentMessage = { kind: 'result', id, result: value };
  return encodeFrame(JSON.stringify(tail ? { ...message, hasTail: true } : message), tail);
}

/** What is around an event in its frame, at most. */
const envelopeBytes = 200;

/** An event as it will be sent: what changes afterwards does not change it. */
export interface PreparedEvent {
  /** undefined: it has no value. */
  json: Buffer | undefined;
  tail: Uint8Array | undefined;
  bytes: number;
}

export function prepareEvent(event: unknown, place: TailPlace | undefined): PreparedEvent {
  const { value, tail } = detachTail(event, place);
  if (value !== undefined) assertPlain(value, 'event');
  const json = value === undefined ? undefined : Buffer.from(JSON.stringify(value));
  const bytes = (json?.length ?? 0) + (tail?.length ?? 0);
  assertFits(bytes + envelopeBytes);
  // A copy: the bytes may be those of a buffer that is used again.
  return { json, tail: tail && new Uint8Array(tail), bytes };
}

/** @returns one frame, in parts: what is the same for all who get this event is not copied */
export function encodeEvent(id: number, { json, tail }: PreparedEvent): Buffer[] {
  const begin = `{"kind":"event","id":${id}${tail ? ',"hasTail":true' : ''}`;
  const head = json
    ? [Buffer.from(`${begin},"event":`), json, Buffer.from('}')]
    : [Buffer.from(`${begin}}`)];
  return encodeFrameParts(head, tail && Buffer.from(tail.buffer, tail.byteOffset, tail.length));
}
