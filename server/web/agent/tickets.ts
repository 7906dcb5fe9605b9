import type { SignedIn } from '../../access/sessions.ts';
import { createAwayError } from '../../seam/wire-errors.ts';
import { UserError } from '../../shared/errors.ts';
import type { AgentCalls } from './agent-calls.ts';
import type { AgentPort } from './agent-port.ts';

export interface Tickets {
  /**
   * Who holds a ticket, by what the agent said a moment ago; undefined: it has ended.
   * @param isUse whether somebody does something: a session ends some time after that
   * @throws {UserError} `agent-away`: nobody knows
   */
  find(ticket: string, isUse: boolean): Promise<SignedIn | undefined>;
  /**
   * Ends a session: at once here, and at the agent; where that is away, as soon as it is back. A web
   * that is ended in between leaves it to the idle time.
   */
  end(ticket: string): Promise<void>;
  /** Calls back when sessions may have ended. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
}

interface Known {
  signedIn: SignedIn | undefined;
  askedAtMs: number;
  usedAtMs: number;
}

/** The agent tells at once when a session ends; this is for what it cannot tell. */
const believedForMs = 5_000;
/** A session lasts for half an hour: uses need not be told more often. */
const tellUseAfterMs = 20_000;
const mostKnown = 2_000;
/** Who waits for a page is not kept waiting by an agent that hangs. */
const answersWithinMs = 3_000;

/** Who has signed in, without asking the agent at each request. Every call is judged by the agent anyway. */
export function createTickets(
  port: Pick<AgentPort, 'follow' | 'onTurn' | 'findProblem'>,
  callsOf: (ticket: string) => Pick<AgentCalls, 'findSignedIn' | 'signOut'>,
): Tickets {
  let known = new Map<string, Known>();
  /** Those that were ended here, until the agent knows it. The oldest are forgotten first. */
  const ended = new Set<string>();
  const listeners = new Set<() => void>();
  const tellOfEnd = async (ticket: string) => {
    try {
      await withinLimit(callsOf(ticket).signOut({}));
    } catch (error) {
      // It has ended there already.
      if (!(error instanceof UserError) || error.code !== 'not-logged-in') return;
    }
    ended.delete(ticket);
  };
  const forget = () => {
    known = new Map();
    for (const listener of listeners) listener();
  };
  port.follow('sessions', forget);
  port.onTurn(() => {
    // Another agent may know other sessions. While it is away, who was signed in still reads.
    if (port.findProblem() !== undefined) return;
    for (const ticket of ended) void tellOfEnd(ticket);
    forget();
  });

  return {
    async find(ticket, isUse) {
      if (ended.has(ticket)) return undefined;
      const last = known.get(ticket);
      const nowMs = performance.now();
      const isUseTold = !isUse || (last !== undefined && nowMs - last.usedAtMs < tellUseAfterMs);
      if (last && isUseTold && nowMs - last.askedAtMs < believedForMs) return last.signedIn;
      const asked = known;
      try {
        const signedIn = await withinLimit(callsOf(ticket).findSignedIn({ isUse }));
        if (known.size >= mostKnown) known.clear();
        // Unless sessions have ended meanwhile.
        if (asked === known) {
          const usedAtMs = isUse ? nowMs : (last?.usedAtMs ?? -Infinity);
          known.set(ticket, { signedIn, askedAtMs: nowMs, usedAtMs });
        }
        return signedIn;
      } catch (error) {
        if (last && error instanceof UserError && error.code === 'agent-away') return last.signedIn;
        throw error;
      }
    },
    async end(ticket) {
      const [oldest] = ended;
      if (ended.size >= mostKnown && oldest !== undefined) ended.delete(oldest);
      ended.add(ticket);
      forget();
      await tellOfEnd(ticket);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** @throws {UserError} `agent-away`: there is no answer in time */
async function withinLimit<Answer>(answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(createAwayError());
    }, answersWithinMs);
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}
