import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { createConfigurationFiles } from '../../../../server/appliance/files/configuration-files.ts';
import { parseProgramOptions } from '../../../../server/program-options.ts';
import { createTag } from '../../../../server/shared/tag.ts';

/** A configuration folder with these files; `main` is the live one's text. */
function makeFiles(context: TestContext, main: string, others: Record<string, string> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'configuration-files-'));
  context.after(() => {
    rmSync(root, { recursive: true });
  });
  const folder = join(root, 'keepalived');
  const livePath = join(folder, 'keepalived.conf');
  for (const [name, text] of Object.entries({ 'keepalived.conf': main, ...others })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const files = createConfigurationFiles(parseProgramOptions({ WAI_KEEPALIVED_CONFIG: livePath }));
  const listIncluded = async () =>
    (await files.list())
      .filter(({ role }) => role === 'included')
      .map(({ path, exists, problem }) =>
        problem === undefined
          ? `${path.replace(`${folder}/`, '')}${exists ? '' : ' (missing)'}`
          : `refused ${path.replace(folder, 'FOLDER').replace(root, 'ROOT')}`,
      );
  return { root, folder, livePath, files, listIncluded };
}

test('lists the live file, the stored ones and the includes, in this order', async (context) => {
  const { folder, files } = makeFiles(context, 'include conf.d/*.conf\n', {
    'keepalived.conf.backup': '',
    'conf.d/one.conf': '',
  });
  const entries = await files.list();
  assert.deepEqual(
    entries.map(({ id, role, path, exists }) => [
      id.replace(/[0-9a-f]{12}$/, 'HASH'),
      role,
      path.replace(folder, ''),
      exists,
    ]),
    [
      ['live', 'live', '/keepalived.conf', true],
      ['stored-master', 'stored-master', '/keepalived.conf.master', false],
      ['stored-backup', 'stored-backup', '/keepalived.conf.backup', true],
      ['include-HASH', 'included', '/conf.d/one.conf', true],
    ],
  );
});

test('follows includes as keepalived does', async (context) => {
  const { listIncluded } = makeFiles(
    context,
    [
      'include a.conf # comment',
      '! include commented.conf',
      'includea {b,c}.conf',
      '@server2 include server2.conf',
      '$DIRECTORY=sub',
      'include ${DIRECTORY}/d.conf',
      'include absent.conf',
      'include sub',
      'include script.conf',
      'vrrp_instance VI {',
      ' include inside.conf',
      '}',
    ].join('\r\n'),
    {
      'a.conf': 'include sub/nested.conf\ninclude keepalived.conf\n',
      'sub/nested.conf': 'include sibling.conf\ninclude nested.conf',
      'sub/sibling.conf': 'include $DIRECTORY2/x',
      'sub/d.conf': '',
      'b.conf': '',
      'c.conf': '',
      'server2.conf': '',
      'inside.conf': '',
      'commented.conf': '',
    },
  );
  assert.deepEqual((await listIncluded()).sort(), [
    'a.conf',
    'absent.conf (missing)',
    'b.conf',
    'c.conf',
    'inside.conf',
    'refused $DIRECTORY2/x',
    'script.conf (missing)',
    'server2.conf',
    'sub/d.conf',
    'sub/nested.conf',
    'sub/sibling.conf',
  ]);
});

test('what keepalived skips, a folder or an executable file, is not offered', async (context) => {
  const { folder, listIncluded } = makeFiles(context, 'include {sub,run.sh,a.conf}', {
    'sub/x': '',
    'run.sh': '',
    'a.conf': '',
  });
  chmodSync(join(folder, 'run.sh'), 0o755);
  assert.deepEqual(await listIncluded(), ['a.conf']);
});

const escapes: Record<string, string> = {
  'an absolute path': 'include ROOT/secret',
  'a way up': 'include ../secret',
  'a way up after a wildcard': 'include s*/../../secret',
  'a wildcard outside': 'include ../*',
  'a link to a file': 'include link.conf',
  'a link to a folder': 'include linked/secret',
  'a wildcard behind a link': 'include linked/*',
  'a link that points nowhere': 'include dangling.conf',
  'a definition': '$X=ROOT\ninclude $X/secret',
  'a definition that is an include': '$X=include ROOT/secret\n$X',
  'a keyword in pieces': '$A=inc\n$B=lude ROOT\n${A}${B}/secret',
  'a multi-line definition': '$X= \\\n include ROOT/secret \\\n\n$X',
  'a condition': '@^other include ROOT/secret',
  'a sequence': '~SEQ(i, 1, 1) include ROOT/secret',
  'an include in an include': 'include inner.conf',
  'the rest of a line that is cut': `#${'x'.repeat(1022)}include ROOT/secret`,
};
for (const [what, text] of Object.entries(escapes)) {
  test(`${what} that leads outside is refused and never read`, async (context) => {
    const { root, folder, files } = makeFiles(context, '', {
      'sub/x': '',
      '../secret': 'root:secret-hash\ninclude /etc/hostname\n',
    });
    writeFileSync(join(folder, 'inner.conf'), `include ${root}/secret\n`);
    symlinkSync(join(root, 'secret'), join(folder, 'link.conf'));
    symlinkSync(root, join(folder, 'linked'));
    symlinkSync(join(root, 'nowhere'), join(folder, 'dangling.conf'));
    writeFileSync(join(folder, 'keepalived.conf'), text.replaceAll('ROOT', root));

    const refused = (await files.list()).filter(({ problem }) => problem !== undefined);
    assert.ok(refused.length >= 1, 'an entry with a problem');
    for (const { id, exists, problem } of refused) {
      assert.match(problem ?? '', /leads outside the configuration folder/);
      assert.equal(exists, false);
      const content = await files.read(id);
      assert.ok(!content.ok);
      assert.doesNotMatch(JSON.stringify(content), /secret-hash/);
      const result = await files.replace(id, { text: 'x', expectedTag: null });
      assert.equal(result.outcome, 'failed');
    }
    assert.ok(!(await files.list()).some(({ path }) => path === '/etc/hostname'));
    assert.match(readFileSync(join(root, 'secret'), 'utf8'), /^root:secret-hash/);
  });
}

test('a link to another file of the folder leads to that file', async (context) => {
  const { folder, files } = makeFiles(context, 'include enabled.conf', { 'available.conf': 'x' });
  symlinkSync('available.conf', join(folder, 'enabled.conf'));
  const entry = (await files.list()).at(-1);
  assert.equal(entry?.path, join(folder, 'available.conf'));
  assert.equal(
    (await files.replace(entry.id, { text: 'y', expectedTag: createTag(Buffer.from('x')) }))
      .outcome,
    'replaced',
  );
  assert.equal(readFileSync(join(folder, 'enabled.conf'), 'utf8'), 'y');
});

test('includes without end, in number or in circles, end', async (context) => {
  const many = Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [`d/${index}`, `include ${(index + 1) % 400}\n`]),
  );
  const { listIncluded } = makeFiles(context, 'include d/*\n', many);
  assert.equal((await listIncluded()).length, 255);
});

test('reads text, tag, time and mode', async (context) => {
  const { files, livePath } = makeFiles(context, '\ufeff! bytes ü\r\n');
  chmodSync(livePath, 0o600);
  const content = await files.read('live');
  assert.ok(content.ok);
  assert.equal(content.text, '\ufeff! bytes ü\r\n');
  assert.equal(content.tag, createTag(readFileSync(livePath)));
  assert.equal(content.mode, 0o600);
  assert.ok(Math.abs(Date.now() - content.modifiedAtMs) < 60_000);
});

test('what cannot be edited is named with what to do', { timeout: 10_000 }, async (context) => {
  const { files, livePath } = makeFiles(context, '');
  const read = async () => {
    const content = await files.read('live');
    assert.ok(!content.ok);
    assert.match(content.message, /\. [A-Z]|does not exist\.$/);
    return content.problem;
  };
  writeFileSync(livePath, Buffer.from([0x61, 0xff]));
  assert.equal(await read(), 'not-text');
  writeFileSync(livePath, 'a\0b');
  assert.equal(await read(), 'not-text');
  writeFileSync(livePath, Buffer.alloc(1024 * 1024 + 1, 'x'));
  assert.equal(await read(), 'too-large');
  rmSync(livePath);
  assert.equal(await read(), 'missing');
  mkdirSync(livePath);
  assert.equal(await read(), 'not-a-file');
  rmSync(livePath, { recursive: true });
  execFileSync('mkfifo', [livePath]);
  assert.equal(await read(), 'not-a-file');
  rmSync(livePath);
  symlinkSync('/etc/hostname', livePath);
  assert.equal(await read(), 'not-a-file');
});

test('an id is never a path', async (context) => {
  const { files } = makeFiles(context, '', { '../secret': 'x' });
  for (const id of [
    '../secret',
    '..%2fsecret',
    'live\0',
    '',
    'include-',
    'keepalived.conf',
    '__proto__',
  ]) {
    const content = await files.read(id);
    assert.equal(content.ok ? content : content.problem, 'unknown-id');
    const result = await files.replace(id, { text: 'y', expectedTag: null });
    assert.deepEqual([result.outcome, 'code' in result && result.code], ['failed', 'UNKNOWN_FILE']);
  }
});

test('text that keepalived must never see is not written', async (context) => {
  const { files, livePath } = makeFiles(context, 'old');
  const expectedTag = createTag(Buffer.from('old'));
  for (const text of ['a\0b', 'ü'.repeat(600_000)]) {
    const result = await files.replace('live', { text, expectedTag });
    assert.equal(result.outcome, 'failed');
  }
  assert.equal(readFileSync(livePath, 'utf8'), 'old');
});

test('of many who save at once exactly one wins, the others get a conflict', async (context) => {
  const { files, livePath } = makeFiles(context, 'old');
  const expectedTag = createTag(Buffer.from('old'));
  const texts = Array.from({ length: 20 }, (_, index) => `new ${index}`);
  const results = await Promise.all(
    texts.map((text) => files.replace('live', { text, expectedTag })),
  );
  const winners = results.flatMap((result) => (result.outcome === 'replaced' ? [result.tag] : []));
  assert.equal(winners.length, 1);
  assert.equal(createTag(readFileSync(livePath)), winners[0]);
  assert.equal(results.filter(({ outcome }) => outcome === 'conflict').length, 19);
});
