/** The real app around fixed accounts, for tests of the web plumbing. */
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Accounts, User } from '../../../server/access/accounts.ts';
import type { OwnPasswords } from '../../../server/access/own-password.ts';
import { createAgent } from '../../../server/agent/agent.ts';
import type { AgentDependencies } from '../../../server/agent/agent.ts';
import { createLinkPipes } from '../../../server/agent/links/link-pipes.ts';
import { createApp } from '../../../server/app.ts';
import type { AppOptions } from '../../../server/app.ts';
import type { ServerReport } from '../../../server/keepalived/pair/server-report.ts';
import type { Debug } from '../../../server/operations/debug/debug.ts';
import type { Operations } from '../../../server/operations/operations.ts';
import type { Pair } from '../../../server/pair/pair.ts';
import { parseProgramOptions } from '../../../server/program-options.ts';
import type { Certificate } from '../../../server/shared/certificate.ts';
import type { StateKeeper } from '../../../server/state/state-keeper.ts';
import { createDirectPort } from './direct-port.ts';
import { createTestKeeper } from './test-keeper.ts';

export const password = 'correct horse battery staple';
const users: (User & { password: string })[] = [
  { name: 'admin', role: 'admin', password },
  { name: 'watcher', role: 'viewer', password },
];

const defaultSecret = 'a secret of at least thirty-two characters';

export interface TestApp {
  app: FastifyInstance;
  logText: () => string;
  /** Has the agent tell that accounts were changed. */
  noteAccounts: () => void;
  /** The web as it is after it was ended and started again; the agent is the same. */
  openAgain: () => Promise<FastifyInstance>;
}

export interface TestAppOptions extends Partial<Omit<AppOptions, 'agent'>> {
  // The agent's parts.
  operations?: Partial<Operations>;
  debug?: Partial<Debug>;
  keeper?: StateKeeper;
  readPairSummary?: AgentDependencies['readPairSummary'];
  accounts?: Accounts;
  ownPasswords?: OwnPasswords;
  certificate?: Certificate | undefined;
  findFirstPasswordFile?: () => string | undefined;
  listWarnings?: () => string[];
  pair?: Pair<ServerReport>;
  acceptLink?: Parameters<typeof createLinkPipes>[0];
}

/**
 * The app over an agent in the same process, which takes and gives what a socket would carry. Fast
 * accounts: what they cost is a matter of `test/unit/access`.
 */
export async function createTestApp(
  {
    operations,
    debug,
    keeper = createTestKeeper(),
    readPairSummary = () => undefined,
    accounts = createTestAccounts(),
    ownPasswords = noFirstPassword,
    findFirstPasswordFile = () => undefined,
    listWarnings = () => [],
    acceptLink = () => undefined,
    pair = noPair,
    ...options
  }: TestAppOptions = {},
  addRoutes: (app: FastifyInstance) => void = () => undefined,
): Promise<TestApp> {
  const lines: string[] = [];
  const agent = createAgent({
    ...{ keeper, readPairSummary, accounts, ownPasswords, findFirstPasswordFile, listWarnings },
    secret: options.secret ?? defaultSecret,
    options: options.options ?? parseProgramOptions({}),
    certificates: undefined,
    ...{ pair, subscribeToPair: () => () => undefined, listOwnUrls: () => [] },
    links: createLinkPipes(acceptLink),
    onListening: () => undefined,
    // What the start page and previews ask for, whatever a test is about.
    operations: {
      checkConfiguration: () => Promise.resolve([]),
      findKeptText: () => Promise.resolve(undefined),
      findWaitingChange: () => undefined,
      readNotices: () => [],
      ...operations,
    } as Operations,
    debug: { watch: () => () => undefined, ...debug } as Debug,
    audit: () => undefined,
  });
  const openApp = () =>
    createApp({
      options: parseProgramOptions({}),
      agent: createDirectPort(agent),
      secret: defaultSecret,
      certificate: undefined,
      hostName: () => 'server1',
      listOwnHosts: () => ['server1', '192.168.0.10', 'fd00::10'],
      log: { write: (line) => lines.push(line) },
      // A test that shares its machine gets the answers of one that keeps up.
      overload: { maximumDelayMs: 0 },
      ...options,
    });
  const open = async () => {
    const app = await openApp();
    addRoutes(app);
    await app.ready();
    return app;
  };
  const app = await open();
  const { noteAccounts } = agent;
  return { app, logText: () => lines.join(''), noteAccounts, openAgain: open };
}

/** Of a server that is not paired. */
export const noPair: Pair<ServerReport> = {
  accept: () => undefined,
  view: () => ({
    self: { id: 'a', name: 'server1', fingerprint: '00' },
    ...{ code: undefined, servers: [], notice: undefined },
  }),
  showCode: () => ({ code: '0000-0000-0000-0000', expiresAtMs: 0 }),
  withdrawCode: () => undefined,
  pairWith: () => Promise.resolve({ id: 'b', name: 'server2' }),
  unpair: () => Promise.resolve(),
  setGrant: () => Promise.resolve(),
  findDigest: () => undefined,
  close: () => Promise.resolve(),
};

/** Nobody has a first password, and nobody changes theirs. */
export const noFirstPassword: OwnPasswords = {
  isFirst: () => Promise.resolve(false),
  change: () => Promise.reject(new Error('this test changes no password')),
};

/** Accounts whose passwords cost nothing to check. */
export function createTestAccounts(): Accounts {
  const findUser = (name: string) => {
    const user = users.find((one) => one.name === name);
    return user && { name: user.name, role: user.role };
  };
  return {
    findUser,
    findPasswordId: (name) => findUser(name) && 'the first',
    findUserByPassword: (name, given) =>
      Promise.resolve(
        users.some((one) => one.name === name && one.password === given)
          ? findUser(name)
          : undefined,
      ),
  };
}

/** A browser with one cookie jar: sends Origin with forms and the token of the last page. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  #token = '';
  readonly #app: FastifyInstance;

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  /** The same browser, with its open form, at another web. */
  goOnAt(app: FastifyInstance): TestBrowser {
    const other = new TestBrowser(app);
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    other.#token = this.#token;
    return other;
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async request(options: InjectOptions): Promise<LightMyRequestResponse> {
    const response = await this.#app.inject({
      ...options,
      headers: { host: 'localhost', cookie: this.cookieHeader, ...options.headers },
    });
    for (const { name, value, maxAge } of response.cookies) {
      if (maxAge === 0 || value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    this.#token = /name="_csrf" value="([^"]+)"/.exec(response.body)?.[1] ?? this.#token;
    return response;
  }

  get(url: string): Promise<LightMyRequestResponse> {
    return this.request({ method: 'GET', url });
  }

  post(
    url: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
    from: Pick<InjectOptions, 'remoteAddress'> = {},
  ): Promise<LightMyRequestResponse> {
    return this.request({
      ...from,
      method: 'POST',
      url,
      payload: new URLSearchParams({ _csrf: this.#token, ...fields }).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'http://localhost',
        ...headers,
      },
    });
  }

  async logIn(username = 'admin', next?: string): Promise<LightMyRequestResponse> {
    await this.get('/login');
    return this.post('/login', { username, password, ...(next !== undefined && { next }) });
  }
}
