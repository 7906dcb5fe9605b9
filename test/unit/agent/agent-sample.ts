/** An agent over operations that only note what they are told. */
import type { OwnPasswords } from '../../../server/access/own-password.ts';
import { createAgent } from '../../../server/agent/agent.ts';
import type { AgentDependencies, AuditFacts } from '../../../server/agent/agent.ts';
import type { AgentCallName } from '../../../server/agent/call-rules.ts';
import { createLinkPipes } from '../../../server/agent/links/link-pipes.ts';
import type { Debug } from '../../../server/operations/debug/debug.ts';
import type { Operations } from '../../../server/operations/operations.ts';
import { parseProgramOptions } from '../../../server/program-options.ts';
import { createTestAccounts, noFirstPassword, noPair, password } from '../web/app-harness.ts';
import { createTestKeeper } from '../web/test-keeper.ts';

export interface Told {
  name: string;
  given: unknown[];
}

/** @param answers what operations answer; undefined is what others do */
export function createSampleAgent(
  answers: Partial<Operations> = {},
  ownPasswords: OwnPasswords = noFirstPassword,
) {
  const told: Told[] = [];
  const audited: AuditFacts[] = [];
  const note = (known: object) =>
    new Proxy(known, {
      get: (target, name): unknown =>
        Reflect.get(target, name) ??
        ((...given: unknown[]) => {
          told.push({ name: String(name), given });
          if (name === 'readNotices') return [];
          return /^(?:save|set|restore)/.test(String(name)) ? { outcome: undefined } : undefined;
        }),
    });
  const pair = note({
    view: () => noPair.view(),
    showCode(grant: string) {
      told.push({ name: 'showCode', given: [grant] });
      return noPair.showCode('see');
    },
  }) as typeof noPair;
  const parts: AgentDependencies = {
    operations: note(answers) as Operations,
    debug: note({}) as Debug,
    keeper: createTestKeeper(),
    readPairSummary: () => undefined,
    accounts: createTestAccounts(),
    ownPasswords,
    secret: 'the secret of this server',
    options: parseProgramOptions({}),
    certificates: undefined,
    ...{ pair, subscribeToPair: () => () => undefined, listOwnUrls: () => [] },
    links: createLinkPipes(() => undefined),
    onListening: () => undefined,
    findFirstPasswordFile: () => undefined,
    listWarnings: () => [],
    audit: (facts) => audited.push(facts),
  };
  const agent = createAgent(parts);
  const call = (name: AgentCallName, request: unknown, ticket?: string) =>
    agent.call(name, { ...(ticket !== undefined && { ticket }), address: '192.0.2.7', request });
  return {
    ...{ agent, call, told, audited },
    signIn: async (userName: string, given = password): Promise<string> => {
      const result = (await call('signIn', { userName, password: given })) as {
        outcome: { ticket?: string };
      };
      return result.outcome.ticket ?? '';
    },
  };
}
