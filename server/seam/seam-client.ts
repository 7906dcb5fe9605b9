import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createAsking } from './asking.ts';
import type { Asking } from './asking.ts';
import type {
  Call,
  CallName,
  CallTable,
  EventOf,
  RequestOf,
  ResultOf,
  Topic,
  TopicName,
} from './calls.ts';
import { openConnection } from './client-connection.ts';
import type { ClientConnection } from './client-connection.ts';
import { defaultSeamLimits } from './limits.ts';
import type { SeamLimits } from './limits.ts';
import { createUsage } from './usage.ts';
import { createAwayError, createVersionError } from './wire-errors.ts';

/** `away`: nobody answers, or not in time. */
export type SeamState = 'connected' | 'away' | { agentVersion: string };

export interface SeamClient<Table extends CallTable> {
  /**
   * Throws a `UserError`: the agent's own, or `agent-away`, `agent-version`, `agent-busy`. After
   * `agent-away` it is not known whether the agent has done what it was asked.
   */
  call<Name extends CallName<Table>>(
    name: Name,
    request: RequestOf<Table[Name]>,
    options?: { signal?: AbortSignal },
  ): Promise<ResultOf<Table[Name]>>;
  /**
   * Resolves when the stream is over: ended by the agent, or by the signal. Rejects as `call` does,
   * and if an event cannot be dealt with. A promise of `onEvent` is waited for before the next one.
   */
  subscribe<Name extends TopicName<Table>>(
    name: Name,
    request: RequestOf<Table[Name]>,
    onEvent: (event: EventOf<Table[Name]>) => unknown,
    options?: { signal?: AbortSignal },
  ): Promise<void>;
  state(): SeamState;
  close(): void;
}

const firstRetryMs = 50;
const longestRetryMs = 1_000;
/** A connection that lives so long was a good one: the next retry is a quick one again. */
const goodMs = 1_000;
const defaultSilenceMs = 10_000;

/** The socket that the agent listens on, or one end of a pair of which the agent has the other. */
export type AgentPlace = { path: string } | { socket: Socket };

/**
 * Asks the agent what the table has. It connects by itself, and again when the connection ends;
 * what was open then is rejected, and is asked again by whoever asked it. One end of a pair cannot
 * be opened again: with it, the agent is away for good.
 * @param onState told at each change (it is `away` first), and of each end of a pair
 * @param silenceMs an agent that answers nothing for so long has hung, and is away
 */
export function createSeamClient<Table extends CallTable>({
  at,
  table,
  version,
  onState,
  silenceMs = defaultSilenceMs,
  limits: givenLimits,
}: {
  at: AgentPlace;
  table: Table;
  /** Of this program: the agent has to have the same. */
  version: string;
  onState: (state: SeamState) => void;
  silenceMs?: number;
  limits?: Partial<SeamLimits>;
}): SeamClient<Table> {
  const limits = { ...defaultSeamLimits, ...givenLimits };
  let state: SeamState = 'away';
  let asking: Asking | undefined;
  let connection: ClientConnection | undefined;
  let retry: NodeJS.Timeout | undefined;
  let retryMs = firstRetryMs;
  let isClosed = false;

  const enter = (next: SeamState) => {
    const isSame =
      typeof next === 'object' && typeof state === 'object'
        ? next.agentVersion === state.agentVersion
        : next === state;
    state = next;
    if (!isSame && !isClosed) onState(next);
  };
  const open = () => {
    let openedAtMs: number | undefined;
    let own: Asking | undefined;
    const begun = openConnection(
      { socket: 'path' in at ? connect(at.path) : at.socket, version, limits, silenceMs },
      {
        onOpen() {
          openedAtMs = performance.now();
          own = createAsking((frame) => {
            begun.send(frame);
          }, createUsage(limits));
          asking = own;
          enter('connected');
        },
        onAnswer(answer, tail) {
          own?.accept(answer, tail);
        },
        onClosed(agentVersion) {
          asking = undefined;
          own?.fail(createAwayError());
          enter(agentVersion === undefined ? 'away' : { agentVersion });
          if (isClosed) return;
          if ('socket' in at) {
            if (openedAtMs === undefined) onState(state);
            return;
          }
          const livedMs = openedAtMs === undefined ? 0 : performance.now() - openedAtMs;
          if (livedMs >= goodMs) retryMs = firstRetryMs;
          retry = setTimeout(open, retryMs);
          retryMs = Math.min(2 * retryMs, longestRetryMs);
        },
      },
    );
    connection = begun;
  };
  const getAsking = (): Asking => {
    if (asking) return asking;
    throw typeof state === 'object'
      ? createVersionError(version, state.agentVersion)
      : createAwayError();
  };
  const findEntry = <Kind extends 'call' | 'topic'>(name: string, kind: Kind) => {
    const entry = table[name];
    if (entry?.kind !== kind) throw new TypeError(`${name} is no ${kind} of the table.`);
    return entry as Extract<Call | Topic, { kind: Kind }>;
  };

  open();
  return {
    async call<Name extends CallName<Table>>(
      name: Name,
      request: RequestOf<Table[Name]>,
      { signal }: { signal?: AbortSignal } = {},
    ) {
      const entry = findEntry(name, 'call');
      // Parsed by the schema of this entry.
      return (await getAsking().call({ name, entry, request, signal })) as ResultOf<Table[Name]>;
    },
    async subscribe<Name extends TopicName<Table>>(
      name: Name,
      request: RequestOf<Table[Name]>,
      onEvent: (event: EventOf<Table[Name]>) => unknown,
      { signal }: { signal?: AbortSignal } = {},
    ) {
      const entry = findEntry(name, 'topic');
      await getAsking().subscribe({ name, entry, request, signal }, (event) =>
        onEvent(event as EventOf<Table[Name]>),
      );
    },
    state: () => state,
    close() {
      isClosed = true;
      clearTimeout(retry);
      connection?.close();
    },
  };
}
