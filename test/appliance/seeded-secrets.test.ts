/**
 * A secret of its own in every position of a running program, and each answer, download and log of it
 * searched: what a viewer is shown, what an administrator is told, what others may read on the disk.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../lab/eventually.ts';
import type { LabProcess } from '../lab/lab-process.ts';
import { createLabServer, type LabServer } from '../lab/lab-server.ts';
import { serverWords } from '../program-words.ts';
import { createTestApp } from '../unit/web/app-harness.ts';
import { RemoteBrowser, type Answer } from './remote-browser.ts';
import {
  createSeeds,
  included,
  type Seed,
  writeIncluded,
  writeLive,
  writeLogLines,
  writeStored,
} from './seeded-configuration.ts';

const live = '/etc/keepalived/keepalived.conf';
const network =
  'ip link add eth0 type veth peer name peer0 && ip address add 10.9.0.1/24 dev eth0 && ' +
  'ip link set eth0 up && ip link set peer0 up';
const scripts = {
  'check.sh': '#!/bin/sh\nexit 0\n',
  'fail.sh': '#!/bin/sh\necho "called with $*"\nexit 1\n',
};

/** Where an administrator reads and edits what the files say (docs/decisions/037). */
const isForEditing = (url: string): boolean =>
  /^\/keepalived\/(?:edit|settings|default-\w+|versions\/(?:text|compare|restore))\b|^\/debug\/capture\b/.test(
    url,
  );

const adminPassword = randomBytes(12).toString('base64url');
const seeds = createSeeds();
const admin = seeds.plant('password in the name field');
const entities: Record<string, string> = { amp: '&', quot: '"', '#39': "'", lt: '<', gt: '>' };
const decode = (html: string): string =>
  html.replaceAll(/&([#\w]+);/g, (whole, name: string) => entities[name] ?? whole);

/** Fields of the form that a page shows. */
function readField(page: Answer, name: string): string {
  const field = new RegExp(`name="${name}" value="([^"]*)"`).exec(page.body);
  return decode(Buffer.from(field?.[1] ?? '', 'latin1').toString());
}

const readFields = (page: Answer, names: string[]) =>
  Object.fromEntries(
    names.map((name) => [name, readField(page, name)]).filter(([, value]) => value !== ''),
  ) as Record<string, string>;

describe('a secret in every position of a running server', () => {
  let server: LabServer;
  let wai: LabProcess;
  let root: RemoteBrowser;
  let watcher: RemoteBrowser;
  let routes: { method: string; url: string; access: string | undefined }[];
  /** What the program answered an administrator's forms, by what was asked. */
  const answers = new Map<string, Answer>();
  let versions: string[] = [];

  /** Saves as a person does: reads what the first answer asks, and confirms it. */
  async function save(file: string, text: string): Promise<void> {
    const page = await root.get(`/keepalived/edit?file=${file}`);
    const form = { file, text, tag: readField(page, 'tag') };
    const question = await root.post('/keepalived/edit', form);
    answers.set(`question before ${file}`, question);
    const answer = await root.post('/keepalived/edit', {
      ...form,
      ...readFields(question, ['accepted', 'commands']),
      ownPassword: adminPassword,
    });
    assert.equal(answer.statusCode, 303, decode(answer.body));
    answers.set(`saved ${file}`, answer);
  }

  /** Where a route leads that needs more than its path. */
  async function pathsOf(url: string, browser: RemoteBrowser): Promise<string[]> {
    const ofVersions = (query: string) => versions.map((id) => `${url}?${query}=${id}`);
    switch (url) {
      case '/keepalived/versions/text':
      case '/keepalived/versions/restore':
        return ofVersions('version');
      case '/keepalived/versions/compare':
        return versions.flatMap((from) => [
          ...[`${url}?from=${from}`, `${url}?from=${from}&layout=unified`],
          ...versions.map((to) => `${url}?from=${from}&to=${to}`),
        ]);
      case '/keepalived/edit':
        return ['live', 'stored-master'].map((file) => `${url}?file=${file}&checked=yes`);
      case '/keepalived/settings':
      case '/keepalived/drill':
        return [url, `${url}?instance=VI_1`];
      case '/debug/capture':
        return [`${url}?interface=eth0`];
      case '/logs':
        return [url, `${url}?lines=1000`, `${url}?filter=password&lines=1000`];
      case '/logs/events': {
        const page = await browser.get('/logs');
        const [, path] = /"(\/logs\/events\?[^"]*)"/.exec(page.body) ?? [];
        return [decode(path ?? url)];
      }
      default:
        return [url];
    }
  }

  const log = (line: string) => server.run('logger', ['--tag', 'Keepalived_vrrp[77]', line]);

  before(async () => {
    server = await createLabServer({
      ...{ name: 'server1', address: '10.9.0.1', port: 0, adminPassword },
    });
    await server.run('sh', ['-c', `${network} && mkdir /etc/keepalived/conf.d && umask 077`]);
    for (const [name, text] of Object.entries(scripts)) {
      await server.writeFile(`/etc/keepalived/${name}`, text);
      await server.run('chmod', ['755', `/etc/keepalived/${name}`]);
    }
    const stored = writeStored(seeds);
    const first = `# the first\nvrrp_instance VI_1 {\n state MASTER\n interface eth0\n virtual_router_id 51\n priority 101\n authentication {\n auth_type PASS\n auth_pass ${seeds.plant('auth_pass that was removed')}\n }\n notify_stop "/etc/keepalived/check.sh ${seeds.plantBare('argument that was removed')}"\n virtual_ipaddress {\n 10.9.0.100/24\n }\n}\n`;
    await server.writeFile(live, first);
    await server.writeFile(included, writeIncluded(seeds));
    await server.writeFile(`${live}.master`, stored);
    await server.run('chmod', ['-R', 'go=', live, `${live}.master`, '/etc/keepalived/conf.d']);
    wai = await server.startWai({
      env: { WAI_KEEPALIVED_ARGS: '--log-detail --dump-conf --vrrp' },
    });
    const { stdout } = await server.run(
      process.execPath,
      [...serverWords, '--add-account', 'watcher', 'viewer'],
      { env: { WAI_SERVICE_MANAGER: 'supervised' }, timeoutMs: 60_000 },
    );
    const [, password = ''] = /Password: (\S+)/.exec(stdout) ?? [];
    const { app } = await createTestApp();
    routes = app.listRouteRules();
    await app.close();
    root = new RemoteBrowser(server.waiUrl);
    watcher = new RemoteBrowser(server.waiUrl);

    // Somebody types a password where the name belongs.
    await root.get('/login');
    await root.post('/login', { username: admin, password: adminPassword });
    await root.logIn('admin', adminPassword);
    await eventually('the viewer is let in', async () => {
      return (await watcher.logIn('watcher', password)).statusCode === 303;
    });

    await save('live', writeLive(seeds));
    await save('stored-master', first);
    answers.set('start', await root.post('/keepalived/start', { startAnyway: 'yes' }));
    await eventually(
      'the virtual IP',
      async () => {
        const { stdout: addresses } = await server.run('ip', ['address', 'show', 'dev', 'eth0']);
        return addresses.includes('10.9.0.100');
      },
      { withinMs: 30_000 },
    );
    for (const line of writeLogLines(seeds)) await log(line);

    // What is refused, for each reason, and what is asked wrongly.
    const bad = `auth_pass "${seeds.plant('unmatched quote of a refused save')}\n}}}\nnonsense ${seeds.plant('password=').padStart(12)}\n`;
    const page = await root.get('/keepalived/edit?file=live');
    const tag = readField(page, 'tag');
    const refused = { file: 'live', text: stored, tag };
    answers.set('words of 2.4', await root.post('/keepalived/edit', refused));
    answers.set('refused', await root.post('/keepalived/edit', { file: 'live', text: bad, tag }));
    answers.set(
      'conflict',
      await root.post('/keepalived/edit', {
        ...{ file: 'live', tag: 'a'.repeat(64) },
        text: `auth_pass ${seeds.plant('conflict')}\n`,
      }),
    );
    answers.set(
      'check',
      await root.postJson('/api/v1/configuration/check', { fileId: 'live', text: bad }),
    );
    answers.set(
      'wrong token',
      await root.post('/keepalived/edit', {
        _csrf: 'x',
        file: 'live',
        text: `auth_pass ${seeds.plant('form without a token')}`,
      }),
    );
    const fields = {
      file: 'live',
      tag,
      text: seeds.plant('form of a stranger'),
      ownPassword: seeds.plant('own password of a stranger'),
    };
    await new RemoteBrowser(server.waiUrl).post('/keepalived/edit', fields);
    answers.set(
      'viewer refused',
      await watcher.post('/keepalived/edit', {
        file: 'live',
        tag,
        text: `auth_pass ${seeds.plant('form of a viewer')}`,
      }),
    );
    answers.set(
      'wrong own password',
      await root.post('/keepalived/edit', {
        file: 'live',
        tag,
        text: first,
        ownPassword: seeds.plant('wrong own password'),
      }),
    );
    for (const browser of [root, watcher, new RemoteBrowser(server.waiUrl)]) {
      await browser.get(
        `/nowhere/${seeds.plant('path that is not there')}?token=${seeds.plant('query that is not there')}`,
      );
      await browser.get(`/keepalived/%zz?password=${seeds.plant('malformed URL')}`);
      await browser.get(`/logs?from=${seeds.plant('query that cannot be read')}`);
      await browser.get(
        `/keepalived/versions/text?version=${seeds.plant('version that is not there')}`,
      );
    }

    await root.post('/debug/examine', { kind: 'check' });
    await eventually(
      'the examination',
      async () => {
        const report = await root.get('/debug/report.txt');
        return (
          report.body.includes('Healthcheck') &&
          !(await root.get('/debug')).body.includes('http-equiv="refresh"')
        );
      },
      { withinMs: 60_000, everyMs: 1_000 },
    );
    const list = await root.get('/keepalived/versions');
    versions = [
      ...new Set(Array.from(list.body.matchAll(/version=([\da-f-]{36})/g), ([, id = '']) => id)),
    ];
    assert.ok(versions.length >= 3, `${versions.length} versions`);
  });
  after(async () => {
    await server.close();
  });

  const name = (found: readonly Seed[]): string[] =>
    found.map(({ place, secret }) => `${place} (${secret})`);

  /** Every GET route that this browser may use, each of its paths, and what it says. */
  async function* walk(browser: RemoteBrowser, accesses: string[]) {
    for (const { method, url, access } of routes) {
      if (method !== 'GET' || url.includes('*') || !accesses.includes(access ?? '')) continue;
      for (const path of await pathsOf(url, browser)) {
        const line = seeds.plant('log: while a stream is open');
        const answer = url.endsWith('/events')
          ? await browser.readStream(path, async () => {
              await log(`(VI_1) password=${line}`);
            })
          : await browser.get(path);
        const problem = answer.statusCode >= 400 ? answer.body : '';
        assert.ok(
          answer.statusCode < 400,
          `${path}: ${answer.statusCode}; does pathsOf know what it needs? ${problem}`,
        );
        yield { path, answer };
      }
    }
  }

  it('reaches no viewer', async () => {
    const leaks: string[] = [];
    let count = 0;
    for await (const { path, answer } of walk(watcher, ['public', 'viewer'])) {
      count += 1;
      leaks.push(...name(seeds.findIn(answer.text)).map((what) => `${path}: ${what}`));
    }
    assert.ok(count > 20, `${count} answers`);
    assert.deepEqual(leaks, []);
  });

  it('reaches an administrator where the files are edited only', async () => {
    const leaks: string[] = [];
    const tell = (path: string, text: string) => {
      const found = seeds.findIn(text).filter(({ isBare }) => !isBare);
      leaks.push(...name(found).map((what) => `${path}: ${what}`));
    };
    for await (const { path, answer } of walk(root, ['public', 'viewer', 'admin'])) {
      if (!isForEditing(path)) tell(path, answer.text);
    }
    assert.deepEqual(leaks, []);
  });

  it('stands in an answer to a form only as what was typed', () => {
    const typed =
      /<textarea[^>]*>[^]*?<\/textarea>|<input[^>]*name="(?:text|commands)"[^>]*>|<li class="added">.*?<\/li>/g;
    for (const [what, { body }] of answers) {
      const found = seeds.findIn(body.replaceAll(typed, '')).filter(({ isBare }) => !isBare);
      assert.deepEqual(name(found), [], what);
    }
  });

  it('is in no line of the program', () => {
    assert.match(wai.output(), /change done/);
    assert.deepEqual(name(seeds.findIn(wai.output())), []);
  });

  it('is in no file that others may read', async () => {
    const folders = ['/var/lib/keepalived-wai', '/etc/keepalived', '/tmp', '/run'];
    const search =
      'find "$@" -xdev -type f -perm /044 ! -path "/run/lab/*" ! -path "/tmp/tsx-*" -exec grep -l Zq {} +';
    const { stdout } = await server.run('sh', ['-c', search, 'sh', ...folders], {
      allowFailure: true,
    });
    assert.equal(stdout, '');
    const { stdout: kept } = await server.run('sh', [
      '-c',
      'grep -rl Zq /var/lib/keepalived-wai | wc -l',
    ]);
    assert.ok(Number(kept) > 0, 'the history is where it is searched');
  });
});
