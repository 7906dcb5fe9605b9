/**
 * All that has power or secrets, behind one table of calls. The web is not trusted: who calls, and
 * whether that may be, is found out here for every call, from the ticket of a session that was opened
 * here.
 */
import { createHmac } from 'node:crypto';
import type { Accounts } from '../access/accounts.ts';
import { createLoginThrottle } from '../access/login-throttle.ts';
import type { LoginThrottle } from '../access/login-throttle.ts';
import type { OwnPasswords } from '../access/own-password.ts';
import { createSessions } from '../access/sessions.ts';
import type { Sessions } from '../access/sessions.ts';
import { addPairAlarms } from '../keepalived/pair/pair-alarms.ts';
import type { PairSummary } from '../keepalived/pair/pair-summary.ts';
import type { ServerReport } from '../keepalived/pair/server-report.ts';
import type { Debug } from '../operations/debug/debug.ts';
import type { Operations } from '../operations/operations.ts';
import type { Pair } from '../pair/pair.ts';
import type { ProgramOptions } from '../program-options.ts';
import { parseRequest } from '../seam/parse-request.ts';
import type { Certificate } from '../shared/certificate.ts';
import { machineMs } from '../shared/clock.ts';
import type { Snapshot, StateKeeper } from '../state/state-keeper.ts';
import { callRules } from './call-rules.ts';
import type { AgentCallName, CallRule, CheckedRequest } from './call-rules.ts';
import { admit } from './caller.ts';
import type { Caller, Claim } from './caller.ts';
import { createConfirmations } from './confirmations.ts';
import { createChanges } from './handlers/changes.ts';
import { createConfigurations } from './handlers/configurations.ts';
import { createDebugCalls } from './handlers/debug.ts';
import type { CallHandlers } from './handlers/handler.ts';
import { createLogCalls } from './handlers/log.ts';
import { createPairCalls } from './handlers/pair.ts';
import { createSignIn } from './handlers/sign-in.ts';
import { createStatusCalls, withoutReports } from './handlers/status.ts';
import type { Mirrored } from './handlers/status.ts';
import type { LinkPipes } from './links/link-pipes.ts';
import { createSharedTopic } from './shared-topic.ts';
import type { TopicEvents, AgentTopicName } from './topics.ts';

/** A call as it comes from the web. */
export interface CallMessage extends Claim {
  request: unknown;
}

export interface Agent {
  /**
   * Answers one call.
   * @throws {UserError} first of all: the caller may not; then `bad-call`: the request is not one of the
   *   table; else what the operation refuses
   */
  call(name: AgentCallName, message: CallMessage): Promise<unknown>;
  /**
   * Tells of one topic until `stop` is called, which is returned. All who follow it are told the same
   * object, which is not changed afterwards.
   */
  follow<Topic extends AgentTopicName>(
    topic: Topic,
    tell: (event: TopicEvents[Topic]) => void,
  ): () => void;
  /** Serves a connection of another server that the web passes on: `LinkPipes.open`. */
  openLink: LinkPipes['open'];
  /** An account was changed: its sessions may be over, the first password is another one. */
  noteAccounts: () => void;
}

export interface AgentDependencies {
  operations: Operations;
  debug: Debug;
  keeper: StateKeeper;
  /** What both servers of the pair say together; undefined: this one is not paired. */
  readPairSummary: () => PairSummary | undefined;
  accounts: Accounts;
  ownPasswords: OwnPasswords;
  /** Signs the cookies of browsers. */
  secret: string;
  findFirstPasswordFile: () => string | undefined;
  links: LinkPipes;
  /** The servers that belong together with this one. */
  pair: Pair<ServerReport>;
  subscribeToPair: (listener: () => void) => () => void;
  /** Where another server may reach this page, best first. */
  listOwnUrls: () => string[];
  /** What makes the page less safe than it should be. */
  listWarnings: () => string[];
  options: ProgramOptions;
  /** What the web serves with. */
  certificates:
    { current: () => Certificate; subscribe: (listener: () => void) => () => void } | undefined;
  /** The web answers the network, or waits for the address of WAI_LISTEN. */
  onListening: (isWaiting: boolean) => void;
  /** Told of each change that was asked for: a line before, and one after. */
  audit: (facts: AuditFacts) => void;
}

/** What the log is told of a change. Never a secret. */
export interface AuditFacts {
  call: AgentCallName;
  userName: string | undefined;
  remoteAddress: string;
  outcome: 'begins' | 'done' | 'failed';
}

type AllHandlers = ReturnType<typeof createHandlers>;
/** What a call answers. */
export type CallResult<Name extends AgentCallName> = Awaited<ReturnType<AllHandlers[Name]>>;

export function createAgent(parts: AgentDependencies): Agent {
  const { operations, debug, keeper, accounts, secret, audit } = parts;
  // Another one than signs what only the agent judges.
  const cookieSecret = createHmac('sha256', secret)
    .update('cookies of the web')
    .digest('base64url');
  const sessionListeners = new Set<() => void>();
  const accountListeners = new Set<() => void>();
  const tellOfSessions = () => {
    for (const listener of sessionListeners) listener();
  };
  const sessions = createSessions({ accounts, onEnd: tellOfSessions });
  const throttle = createLoginThrottle();
  const confirmations = createConfirmations({ accounts, throttle });
  const describe = (snapshot: Snapshot, pairSummary = parts.readPairSummary()): Mirrored => ({
    snapshot: { ...snapshot, status: addPairAlarms(snapshot.status, pairSummary) },
    pairSummary,
    toldAtMs: machineMs(),
    notices: operations.readNotices(),
    waiting: operations.findWaitingChange(),
    warnings: parts.listWarnings(),
    firstPasswordFile: parts.findFirstPasswordFile(),
    pair: withoutReports(parts.pair.view()),
  });
  const handlers: CallHandlers<AgentCallName> = createHandlers({
    ...parts,
    ...{ sessions, throttle },
    look: () => describe(keeper.current()),
  });

  // However many follow: a follower of the journal is a process of root's.
  const followDebug = createSharedTopic<TopicEvents['debug']>((tell) =>
    debug.watch(() => {
      tell({});
    }),
  );
  const followLog = createSharedTopic<TopicEvents['log']>((tell) => {
    const follower = operations.followLog(() => {
      tell({});
    });
    // Who cannot follow still reads now and then.
    follower.catch(() => undefined);
    return () => void follower.then((open) => open.close()).catch(() => undefined);
  });
  const mirror = () => describe(keeper.peek());
  const followMirror = createSharedTopic<TopicEvents['mirror']>((tell) => {
    const show = () => {
      tell(mirror());
    };
    const stopKeeper = keeper.subscribe(show);
    const stopPair = parts.subscribeToPair(show);
    accountListeners.add(show);
    return () => {
      stopKeeper();
      stopPair();
      accountListeners.delete(show);
    };
  }, mirror);
  const topics: {
    [Topic in AgentTopicName]: (tell: (event: TopicEvents[Topic]) => void) => () => void;
  } = {
    mirror: followMirror,
    sessions(tell) {
      const listener = () => {
        tell({});
      };
      sessionListeners.add(listener);
      return () => sessionListeners.delete(listener);
    },
    serving(tell) {
      const show = () => {
        const certificate = parts.certificates?.current();
        tell({ options: parts.options, secret: cookieSecret, certificate });
      };
      show();
      return parts.certificates?.subscribe(show) ?? (() => undefined);
    },
    debug: followDebug,
    log: followLog,
  };

  return {
    async call(name, message) {
      const rule: CallRule = callRules[name];
      const caller = admit(rule, message, sessions);
      // The row of the table checks it: the handler of the same name takes it.
      const request = parseRequest(rule.request, message.request) as object;
      const handle = handlers[name] as (request: object, caller: Caller) => Promise<never>;
      if (!rule.isChange) return handle(request, caller);
      const tell = (outcome: AuditFacts['outcome']) => {
        const userName = caller.signedIn?.user.name;
        audit({ call: name, userName, remoteAddress: caller.address, outcome });
      };
      tell('begins');
      try {
        const result: unknown = await (rule.takesProof
          ? confirmations.answer(name, request, caller, (save) => handle(save, caller))
          : handle(request, caller));
        tell('done');
        return result;
      } catch (error) {
        tell('failed');
        throw error;
      }
    },
    follow: (topic, tell) => topics[topic](tell),
    openLink: (address, emit, signal) => parts.links.open(address, emit, signal),
    noteAccounts() {
      tellOfSessions();
      for (const listener of accountListeners) listener();
    },
  };
}

interface HandlerDependencies extends AgentDependencies {
  sessions: Sessions;
  throttle: LoginThrottle;
  look: () => Mirrored;
}

/** One handler for each row of the table. */
function createHandlers({ operations, debug, keeper, look, ...access }: HandlerDependencies) {
  return {
    noteListening({ isWaiting }: CheckedRequest<'noteListening'>) {
      access.onListening(isWaiting === true);
    },
    passToLink: ({ pipe, bytes }: CheckedRequest<'passToLink'>) =>
      access.links.take(pipe, Buffer.from(bytes, 'base64')),
    ...createSignIn(access),
    ...createStatusCalls(keeper, look),
    ...createChanges(operations, access.options.services, () => {
      debug.beginAnew('check');
    }),
    ...createConfigurations(operations),
    ...createDebugCalls(debug),
    ...createLogCalls(operations),
    ...createPairCalls(access.pair, access.listOwnUrls),
  };
}
