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
