import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ServerReport } from '../../../../server/keepalived/pair/server-report.ts';
import type { Pair, PairedServerView } from '../../../../server/pair/pair.ts';
import { UserError } from '../../../../server/shared/errors.ts';
import { createTestApp, noPair, TestBrowser } from '../app-harness.ts';
import { sampleSnapshot, textOf } from './samples.ts';

const code = 'ABCD-EFGH-JKMN-PQRS';

const server: PairedServerView<ServerReport> = {
  ...{ id: 'b', name: 'server2', urls: ['https://192.168.0.11:9443'] },
  ...{ grant: 'see', allows: 'see-and-change', pairedAtMs: Date.now() - 3_600_000 },
  link: {
    ...{ state: 'connected', heardAgoMs: 0, isFollowing: true, problem: undefined },
    version: '0.1.0',
  },
  ...{ report: undefined, clock: { offsetMs: 0, uncertaintyMs: 10 } },
};

/** A pair that notes what it is told. */
function createToldPair(changes: Partial<Pair<ServerReport>> = {}) {
  const told: unknown[][] = [];
  let shown:
    { expiresAtMs: number; triesLeft: number; grant: 'see' | 'see-and-change' } | undefined;
  const pair: Pair<ServerReport> = {
    ...noPair,
    view: () => ({ ...noPair.view(), code: shown }),
    showCode(grant) {
      shown = { expiresAtMs: sampleSnapshot().wallMs + 600_000, triesLeft: 5, grant };
      return { code, expiresAtMs: shown.expiresAtMs };
    },
    withdrawCode: () => (shown = undefined),
    pairWith(wanted) {
      told.push(['pairWith', wanted]);
      return Promise.resolve({ id: 'b', name: 'server2' });
    },
    unpair(id) {
      told.push(['unpair', id]);
      return Promise.resolve();
    },
    setGrant(...given) {
      told.push(['setGrant', ...given]);
      return Promise.resolve();
    },
    ...changes,
  };
  return { pair, told };
}

async function open(t: TestContext, pair: Pair<ServerReport>, userName = 'admin') {
  const { app, logText } = await createTestApp({ pair });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn(userName);
  return { browser, logText };
}

const paired = (changes: Partial<PairedServerView<ServerReport>> = {}) => ({
  view: () => ({ ...noPair.view(), servers: [{ ...server, ...changes }] }),
});

test('without a pair the page says what one is for, and offers both ways', async (t) => {
  const { browser } = await open(t, createToldPair().pair);
  const { body } = await browser.get('/pair');
  assert.match(textOf(body), /Pairing changes nothing in keepalived/);
  assert.match(body, /action="\/pair\/code"/);
  assert.match(body, /action="\/pair\/with"/);
});

test('a code is shown with where to enter it, until it is withdrawn', async (t) => {
  const { browser, logText } = await open(t, createToldPair().pair);
  await browser.get('/pair');
  const answer = await browser.post('/pair/code', { grant: 'see-and-change' });
  assert.equal(answer.headers.location, '/pair#code');
  const { body } = await browser.get('/pair');
  assert.match(textOf(body), new RegExp(`${code}.*WAI_LISTEN.*10 min.*5 wrong tries`));
  assert.match(textOf(body), /may then see and change this server/);
  assert.doesNotMatch(body, /action="\/pair\/with"/);
  await browser.post('/pair/withdraw');
  assert.doesNotMatch((await browser.get('/pair')).body, new RegExp(code));
  assert.doesNotMatch(logText(), new RegExp(code));
});

test('a viewer sees the pair, no code and no form', async (t) => {
  const { pair } = createToldPair(paired());
  const { browser } = await open(t, pair, 'watcher');
  pair.showCode('see');
  const { body } = await browser.get('/pair');
  assert.match(textOf(body), /server2 ● Connected/);
  assert.doesNotMatch(body, new RegExp(code));
  assert.doesNotMatch(body, /action="\/pair/);
  assert.equal((await browser.post('/pair/code', { grant: 'see' })).statusCode, 403);
});

test('the address is taken as it is typed', async (t) => {
  const { pair, told } = createToldPair();
  const { browser } = await open(t, pair);
  await browser.get('/pair');
  const answer = await browser.post('/pair/with', { url: ' 192.168.0.11 ', code, grant: 'see' });
  assert.equal(answer.headers.location, '/pair');
  assert.deepEqual(told, [['pairWith', { url: 'https://192.168.0.11:9443', code, grant: 'see' }]]);
  assert.match(textOf((await browser.get('/pair')).body), /is paired with server2/);
});

test('what is refused comes back with what was entered, beside its field', async (t) => {
  const sentence = 'server2 does not know this code. 4 tries are left.';
  const { pair } = createToldPair({
    pairWith: () => Promise.reject(new UserError('wrong-code', sentence)),
  });
  const { browser, logText } = await open(t, pair);
  await browser.get('/pair');
  const wrong = await browser.post('/pair/with', { url: '192.168.0.11', code, grant: 'see' });
  assert.equal(wrong.statusCode, 422);
  assert.match(wrong.body, /id="code-error">Error: server2 does not know this code/);
  assert.match(wrong.body, /name="url" value="192\.168\.0\.11"/);
  const nowhere = await browser.post('/pair/with', { url: 'ftp://x', code, grant: 'see' });
  assert.match(nowhere.body, /id="url-error">Error: The address begins with/);
  assert.doesNotMatch(logText(), new RegExp(code));
});

test('what the other server may do here is changed, and the pairing ended', async (t) => {
  const { pair, told } = createToldPair(paired());
  const { browser } = await open(t, pair);
  const { body } = await browser.get('/pair');
  assert.match(textOf(body), /This server may see and change server2/);
  await browser.post('/pair/grant', { id: 'b', grant: 'see-and-change' });
  await browser.post('/pair/unpair', { id: 'b' });
  assert.deepEqual(told, [
    ['setGrant', 'b', 'see-and-change'],
    ['unpair', 'b'],
  ]);
});

test('a server that is not heard says since when, and why', async (t) => {
  const link = {
    ...{ state: 'not-heard' as const, heardAgoMs: 65_000, isFollowing: false },
    ...{ problem: 'Nothing answers at https://192.168.0.11:9443.', version: '0.1.0' },
  };
  const { browser } = await open(t, createToldPair(paired({ link })).pair);
  const text = textOf((await browser.get('/pair')).body);
  assert.match(text, /▲ Not heard for 1 min.*Nothing answers at/);
});

test('clocks that differ are told', async (t) => {
  const clock = { offsetMs: -3_600_000, uncertaintyMs: 10 };
  const { browser } = await open(t, createToldPair(paired({ clock })).pair);
  assert.match(
    textOf((await browser.get('/pair')).body),
    /clock of server2 is 1 h behind this server’s/,
  );
});

test('the name of another server is text', async (t) => {
  const { browser } = await open(t, createToldPair(paired({ name: '<b>x</b>' })).pair);
  const { body } = await browser.get('/pair');
  assert.match(body, /&lt;b&gt;x&lt;\/b&gt;/);
  assert.doesNotMatch(body, /<b>x<\/b>/);
});
