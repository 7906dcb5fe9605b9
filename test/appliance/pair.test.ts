/** Two whole programs on two servers become a pair by their pages, and lose sight of each other. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration } from '../lab/failover-configuration.ts';
import type { LabProcess } from '../lab/lab-process.ts';
import type { LabServer } from '../lab/lab-server.ts';
import { createTwoServers } from '../lab/two-servers.ts';
import type { TwoServers } from '../lab/two-servers.ts';
import { RemoteBrowser } from './remote-browser.ts';

const textOf = (html: string) => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

describe('a pair', () => {
  let lab: TwoServers;
  let browser1: RemoteBrowser;
  let browser2: RemoteBrowser;
  let wai1: LabProcess;

  const start = (server: LabServer, listen: string) =>
    server.startWai({
      env: { WAI_LISTEN: listen, WAI_ALLOWED_HOSTS: `127.0.0.1,${server.address}` },
    });
  const logIn = async ({ waiUrl }: LabServer) => {
    const browser = new RemoteBrowser(waiUrl);
    await browser.logIn('admin', lab.adminPassword);
    return browser;
  };
  const read = async (browser: RemoteBrowser) => textOf((await browser.get('/pair')).body);
  const says = (browser: RemoteBrowser, words: RegExp, withinMs = 30_000) =>
    eventually(String(words), async () => words.test(await read(browser)), { withinMs });
  const showCode = async (browser: RemoteBrowser): Promise<string> => {
    await browser.get('/pair');
    await browser.post('/pair/code', { grant: 'see-and-change' });
    const code = /\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b/.exec(await read(browser))?.[0];
    assert.ok(code, 'the page shows a code');
    return code;
  };
  const enter = async (browser: RemoteBrowser, url: string, code: string) => {
    await browser.get('/pair');
    return browser.post('/pair/with', { url, code, grant: 'see' });
  };

  before(async () => {
    lab = await createTwoServers();
    wai1 = await start(lab.server1, '0.0.0.0:9443');
    // Its page is for its own machine only: it reaches the other one, and not the other way round.
    await start(lab.server2, '127.0.0.1:9443');
    browser1 = await logIn(lab.server1);
    browser2 = await logIn(lab.server2);
  });
  after(() => lab.close());

  it('is not made with a wrong code', async () => {
    const code = await showCode(browser1);
    const other = code.startsWith('0') ? '1' : '0';
    const wrong = await enter(browser2, '192.168.0.10', other + code.slice(1));
    assert.equal(wrong.statusCode, 422, textOf(wrong.body));
    assert.match(textOf(wrong.body), /Error: /);
    assert.match(await read(browser2), /Pair this page with that of the other server/);
    assert.match(await read(browser1), /4 wrong tries end it/);
  });

  it('is made by the code, and each sees the other, though only one reaches the other', async () => {
    const code = await showCode(browser1);
    const answer = await enter(browser2, '192.168.0.10', code);
    assert.equal(answer.statusCode, 303, textOf(answer.body));
    await says(browser2, /server1 \S+ Connected/);
    await says(browser1, /server2 \S+ Connected/);
    assert.match(await read(browser2), /This server may see and change server1/);
    assert.match(await read(browser1), /This server may see server2\./);
    // It was for one server.
    assert.match(await read(browser1), /Show a code here/);
  });

  it('says within seconds that the other is not heard, and again that it is', async () => {
    await lab.network.setLink('server2', 'down');
    await says(browser1, /server2 \S+ Not heard for/, 15_000);
    await says(browser2, /server1 \S+ Not heard for/, 15_000);
    await lab.network.setLink('server2', 'up');
    await says(browser1, /server2 \S+ Connected/);
    await says(browser2, /server1 \S+ Connected/);
  });

  it('says on both pages who serves, who is ready, and why not', async () => {
    const pages = [browser1, browser2];
    const status = async (browser: RemoteBrowser) =>
      textOf((await browser.get('/keepalived')).body);
    const both = (words: RegExp) =>
      Promise.all(
        pages.map((browser) =>
          eventually(String(words), async () => words.test(await status(browser))),
        ),
      );
    for (const server of [lab.server1, lab.server2]) {
      await server.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration(server.name));
      await server.startKeepalived();
    }
    // The lab has no boot setting: that is said, too.
    const isProtected =
      /192\.168\.0\.100 is served by server1; server2 takes over in about 3\.\d s, but keepalived does not start at boot/;
    await both(isProtected);
    await lab.server2.stopKeepalived();
    await both(/192\.168\.0\.100 is served by server1, but not protected/);
    await lab.server1.stopKeepalived();
    await both(/Nobody serves 192\.168\.0\.100/);
    const { body } = await browser2.get('/api/v1/pair');
    assert.match(body, /"nobody"/);
    for (const server of [lab.server1, lab.server2]) await server.startKeepalived();
    await both(isProtected);
  });

  it('takes a lower grant at once', async () => {
    const id = /name="id" value="([^"]+)"/.exec((await browser1.get('/pair')).body)?.[1] ?? '';
    await browser1.post('/pair/grant', { id, grant: 'see' });
    await says(browser2, /This server may see server1\./);
  });

  it('is kept over a kill of both programs of a server', async () => {
    await wai1.stop('SIGKILL');
    await says(browser2, /server1 \S+ Not heard for/, 15_000);
    await start(lab.server1, '0.0.0.0:9443');
    browser1 = await logIn(lab.server1);
    await says(browser1, /server2 \S+ Connected/);
    await says(browser2, /server1 \S+ Connected/);
  });

  it('is ended by either side, and the other one says so', async () => {
    const id = /name="id" value="([^"]+)"/.exec((await browser1.get('/pair')).body)?.[1] ?? '';
    await browser1.post('/pair/unpair', { id });
    assert.match(await read(browser1), /Pair this page with that of the other server/);
    await says(browser2, /has ended the pairing/);
  });
});
