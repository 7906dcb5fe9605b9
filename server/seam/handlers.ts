/** What the agent does for each entry of the table. */
import type { CallTable, Call, EventOf, ParsedRequestOf, ResultOf, Topic } from './calls.ts';
import type { SharedEvent } from './shared-event.ts';

/** The web, or a command line, at the other end. The same object for all that it asks. */
export interface SeamPeer {
  /** Counts up: for the log. */
  readonly id: number;
  /** The version that it says it has. */
  readonly program: string;
}

export interface AskedBy {
  peer: SeamPeer;
  /** Aborted when the answer is not needed any more: cancelled, or the connection has ended. */
  signal: AbortSignal;
}

/** `every`: wait for each; it rejects once the stream has ended. Else it returns at once. */
export type Emit<Entry> = Entry extends { overflow: 'every' }
  ? (event: EventOf<Entry>) => Promise<void>
  : (event: EventOf<Entry> | SharedEvent<EventOf<Entry>>) => void;

/** Throws a `UserError` for what a user may see; everything else is an internal error. */
export type CallHandler<Entry> = (
  request: ParsedRequestOf<Entry>,
  asked: AskedBy,
) => Promise<ResultOf<Entry>>;

/** The stream ends when the promise settles; `untilAborted(signal)` waits for the other side. */
export type TopicHandler<Entry> = (
  request: ParsedRequestOf<Entry>,
  emit: Emit<Entry>,
  asked: AskedBy,
) => Promise<void>;

export type Handlers<Table extends CallTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Call
    ? CallHandler<Table[Name]>
    : Table[Name] extends Topic
      ? TopicHandler<Table[Name]>
      : never;
};

/** An entry with its handler. The connection gives it what it has parsed by that entry. */
export interface BoundCall {
  kind: 'call';
  entry: Call;
  handle: (request: unknown, asked: AskedBy) => Promise<unknown>;
}

export interface BoundTopic {
  kind: 'subscribe';
  entry: Topic;
  handle: (
    request: unknown,
    emit: (event: unknown) => Promise<void>,
    asked: AskedBy,
  ) => Promise<void>;
}

export type BoundEntry = BoundCall | BoundTopic;

/** @returns each entry with its handler, by name; a Map: `__proto__` and `constructor` are no names */
export function bindHandlers<Table extends CallTable>(
  table: Table,
  handlers: Handlers<Table>,
): ReadonlyMap<string, BoundEntry> {
  // The type of `Handlers` says that the two belong together; in a loop the compiler cannot see it.
  const bind = (entry: Call | Topic, handle: unknown): BoundEntry =>
    entry.kind === 'call'
      ? { kind: 'call', entry, handle: handle as BoundCall['handle'] }
      : { kind: 'subscribe', entry, handle: handle as BoundTopic['handle'] };
  return new Map(Object.entries(table).map(([name, entry]) => [name, bind(entry, handlers[name])]));
}

/** Waits until the other side has ended the stream, or the connection. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
