/**
 * What can be asked through the seam, as a table of plain data: name → call or topic. The agent's
 * server, the web's client and the documentation are made from one such table.
 *
 * Values cross as JSON. What JSON would change without a word is refused by the sender, with the
 * path of the value: a Date, Map, Set, bigint, function or class instance, NaN, Infinity, and
 * undefined in an array. A field that is `undefined` is left out (`exactOptionalPropertyTypes` tells
 * an absent field from an undefined one), and -0 arrives as 0.
 */
import type { z } from 'zod';

/**
 * Where a result or an event may have bytes (`Uint8Array`): the keys that lead there, `[]` for the
 * value itself. They travel behind the JSON and are not changed. Bytes elsewhere are refused.
 */
export type TailPlace = readonly string[];

interface Asked<Request extends z.ZodType, Meta> {
  /** Parsed by the agent for every call: use strict objects. */
  readonly request: Request;
  readonly tail?: TailPlace;
  /** What the seam does not look at: who may ask, whether it needs a fresh password … */
  readonly meta: Meta;
}

/** One question, one answer. */
export interface Call<
  Request extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
  Meta = unknown,
> extends Asked<Request, Meta> {
  readonly kind: 'call';
  /** Parsed by the web. `z.custom<ActionOutcome>()` says a type and checks nothing. */
  readonly result: Result;
}

/**
 * What happens to events while the other side is slow.
 *
 * - `latest`: only the newest waits; it replaces those before it.
 * - `every`: nothing is lost; `emit` returns a promise, and who emits waits for it.
 */
export type Overflow = 'latest' | 'every';

/** A question with any number of events as its answer, until either side ends it. */
export interface Topic<
  Request extends z.ZodType = z.ZodType,
  Event extends z.ZodType = z.ZodType,
  Meta = unknown,
> extends Asked<Request, Meta> {
  readonly kind: 'topic';
  readonly event: Event;
  readonly overflow: Overflow;
}

export type CallTable = Readonly<Record<string, Call | Topic>>;

/** @returns an entry of the table: one question with one answer */
export function defineCall<Request extends z.ZodType, Result extends z.ZodType, Meta>(
  call: Omit<Call<Request, Result, Meta>, 'kind'>,
): Call<Request, Result, Meta> {
  return { kind: 'call', ...call };
}

/** @returns an entry of the table: a stream of events */
export function defineTopic<Request extends z.ZodType, Event extends z.ZodType, Meta>(
  topic: Omit<Topic<Request, Event, Meta>, 'kind'>,
): Topic<Request, Event, Meta> {
  return { kind: 'topic', ...topic };
}

export type CallName<Table extends CallTable> = {
  [Name in keyof Table]: Table[Name] extends Call ? Name : never;
}[keyof Table] &
  string;

export type TopicName<Table extends CallTable> = {
  [Name in keyof Table]: Table[Name] extends Topic ? Name : never;
}[keyof Table] &
  string;

/** As the web writes a request: fields with a default may be absent. */
export type RequestOf<Entry> =
  Entry extends Asked<infer Request, unknown> ? z.input<Request> : never;
/** As the agent gets it: parsed. */
export type ParsedRequestOf<Entry> =
  Entry extends Asked<infer Request, unknown> ? z.output<Request> : never;
export type ResultOf<Entry> =
  Entry extends Call<z.ZodType, infer Result> ? z.output<Result> : never;
export type EventOf<Entry> = Entry extends Topic<z.ZodType, infer Event> ? z.output<Event> : never;
