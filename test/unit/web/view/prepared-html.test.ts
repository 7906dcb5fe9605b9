import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { sampleInstance } from '../pages/samples.ts';
import { createTestKeeper } from '../test-keeper.ts';

for (const [size, count] of [
  ['small', 1],
  ['large', 255],
] as const) {
  test(`a ${size} page is whole, as long as it says, and every form has the token of the session`, async (t) => {
    const keeper = createTestKeeper();
    const reason = '<!-- prepared --> name="_csrf" value="" ü €';
    keeper.say({
      instances: Array.from({ length: count }, (_, index) =>
        sampleInstance({ name: `VI_${index}`, state: 'Fault', reason }),
      ),
    });
    const { app } = await createTestApp({ keeper });
    t.after(() => app.close());
    const browser = new TestBrowser(app);
    await browser.logIn();
    const answer = await browser.get('/keepalived');
    assert.equal(answer.headers['content-length'], String(answer.rawPayload.length));
    assert.match(String(answer.headers['content-type']), /^text\/html/);
    assert.match(answer.body, /^<!doctype html>[^]*<\/html>\s*$/);
    assert.equal(answer.body.split('<table class="status-table">').length - 1, count);
    assert.match(
      answer.body,
      /&lt;!-- prepared --&gt; name=&quot;_csrf&quot; value=&quot;&quot; ü €/,
    );

    const tokens = [...answer.body.matchAll(/name="_csrf" value="([^"]*)"/g)].map(([, one]) => one);
    assert.ok(tokens.length > 3, String(tokens.length));
    assert.equal(new Set(tokens).size, 1);
    const other = await browser.get('/keepalived');
    assert.equal(other.body.includes(tokens[0] ?? ''), false, 'a token of its own for each page');
    assert.equal((await browser.request({ method: 'HEAD', url: '/keepalived' })).statusCode, 200);
  });
}

test('what is kept of a page shows nobody another’s name or message', async (t) => {
  const { app } = await createTestApp({ keeper: createTestKeeper() }, (routes) => {
    routes.get('/say', { config: { access: 'viewer' } }, (_request, reply) =>
      reply.flash({ tone: 'good', text: 'Said to one.' }).redirect('/keepalived', 303),
    );
  });
  t.after(() => app.close());
  const [admin, watcher] = [new TestBrowser(app), new TestBrowser(app)];
  await admin.logIn('admin');
  await watcher.logIn('watcher');
  const read = async (browser: TestBrowser) => {
    const { body } = await browser.get('/keepalived');
    return {
      name: /<a class="user"[^>]*>(\w+)</.exec(body)?.[1],
      hasMessage: body.includes('Said to one.'),
    };
  };
  await admin.get('/say');
  assert.deepEqual(await read(admin), { name: 'admin', hasMessage: true });
  for (let turn = 0; turn < 2; turn += 1) {
    assert.deepEqual(await read(watcher), { name: 'watcher', hasMessage: false });
    assert.deepEqual(await read(admin), { name: 'admin', hasMessage: false });
  }
});
