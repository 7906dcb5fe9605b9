import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import test, { before, beforeEach } from 'node:test';
import type { ConfigurationFileEntry } from '../../server/appliance/appliance.ts';
import { testConfiguration } from '../../server/appliance/configuration-test/configuration-test.ts';
import {
  enterTestRoot,
  layOutTestRoot,
} from '../../server/appliance/configuration-test/test-root.ts';
import { addInterface, mountTmpfs } from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const evidence = new URL('../fixtures/evidence/', import.meta.url);
const folder = '/etc/keepalived';
const livePath = `${folder}/keepalived.conf`;
const live: ConfigurationFileEntry = { id: 'live', role: 'live', path: livePath, exists: true };

const validText = readFileSync(new URL('configs/00-ok.conf', evidence), 'utf8');
const brokenText = validText.replace('priority', 'prioritty');

/** The sections `### NAME rc=CODE` of the recorded outputs. */
function readRecordedTests() {
  const recorded = readFileSync(new URL('config-test-2.2.7.txt', evidence), 'latin1');
  return recorded
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [, name = '', exitCode = ''] = /^(\S+) rc=(\d+)\n/.exec(section) ?? [];
      return { name, exitCode: Number(exitCode), lines: section.split('\n').slice(1) };
    });
}

/** The recorder folded what it printed in its own way: compare the set of messages. */
function messagesOf(lines: string[]): string[] {
  const messages = lines.map((line) => line.replace(/^\(([^)]*: )?Line/, '(Line')).filter(Boolean);
  return [...new Set(messages)].sort();
}

function listTraces() {
  return {
    configuration: readdirSync(folder, { recursive: true }).sort(),
    shadows: readdirSync('/tmp').filter((name) => name.startsWith('keepalived-wai-test-')),
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
  };
}

if (inPrivateNamespaces(import.meta.url)) {
  before(() => {
    for (const place of [folder, '/tmp']) mountTmpfs(place);
    addInterface();
  });
  beforeEach(() => {
    for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`, { recursive: true });
    writeFileSync(livePath, validText);
  });

  test('compares @id lines with the name that the daemon is given', async () => {
    const text = `${validText}@other unknown_word\n`;
    const entry = { id: 'live', role: 'live', path: livePath, exists: true } as const;
    const run = (configurationId?: string) =>
      testConfiguration(livePath, entry, text, configurationId);
    assert.doesNotMatch((await run()).output, /unknown_word/);
    const { ran, output } = await run('other');
    assert.equal(ran, true);
    assert.match(output, /Unknown keyword 'unknown_word'/);
  });

  const notComparable = [
    // They refer to files of the machine on which they were recorded, outside the folder.
    ...['32-missing-include-a', '33-include-err', '38-script-sec-insecure'],
    '66-include-nocrit-conditional',
    // Recorded shortened, or not a text, or not a file.
    ...['53-longline-notcomment', '80-binary', '81-notreadable', '83-dir'],
  ];
  for (const { name, exitCode, lines } of readRecordedTests()) {
    if (notComparable.includes(name)) continue;
    test(`${name} ends as recorded`, async () => {
      const text = readFileSync(new URL(`configs/${name}.conf`, evidence), 'utf8');
      // One of them includes itself by this name.
      writeFileSync(`${folder}/${name}.conf`, text);
      const result = await testConfiguration(livePath, live, text);
      assert.equal(result.ran, true, result.reason);
      assert.equal(result.exitCode, exitCode, result.output);
      const printed = result.output.replaceAll('keepalived.conf:', `${name}.conf:`).split('\n');
      assert.deepEqual(messagesOf(printed), messagesOf(lines));
    });
  }

  test('a script that runs as nobody does not end the test', async () => {
    const text = readFileSync(new URL('configs/90-script-nobody.conf', evidence), 'utf8');
    const result = await testConfiguration(livePath, live, text);
    assert.deepEqual([result.ran, result.exitCode, result.output], [true, 0, '']);
  });

  test('tests the given bytes, touches nothing and leaves nothing', async () => {
    chmodSync(livePath, 0o600);
    const earlier = listTraces();
    const result = await testConfiguration(livePath, live, brokenText);
    assert.match(result.output, /keepalived\.conf: Line 8\) Unknown keyword 'prioritty'/);
    assert.equal(result.exitCode, 5);
    assert.equal(readFileSync(livePath, 'utf8'), validText);
    assert.deepEqual(listTraces(), earlier);
  });

  test('a file in /tmp, where the test itself is laid out, is tested too', async () => {
    const path = '/tmp/keepalived.conf';
    writeFileSync(path, validText);
    writeFileSync('/tmp/part.conf', 'nonsense here\n');
    const entry: ConfigurationFileEntry = { ...live, path };
    const text = `${validText}include part.conf\n`;
    const result = await testConfiguration(path, entry, text);
    assert.match(result.output, /part\.conf: Line 1\) Unknown keyword 'nonsense'/, result.reason);
    assert.deepEqual(readdirSync('/tmp').toSorted(), ['keepalived.conf', 'part.conf']);
  });

  test('a stored configuration is tested in the place of the live one', async () => {
    const path = `${folder}/keepalived.conf.master`;
    const stored: ConfigurationFileEntry = { ...live, role: 'stored-master', path, exists: false };
    const broken = await testConfiguration(livePath, stored, brokenText);
    assert.match(broken.output, /keepalived\.conf: Line 8\) Unknown keyword/);
    assert.equal((await testConfiguration(livePath, stored, validText)).output, '');
  });

  test('an included file is tested within the live one, relative and absolute', async () => {
    mkdirSync(`${folder}/conf.d`);
    const path = `${folder}/conf.d/vip.conf`;
    writeFileSync(path, '');
    const included: ConfigurationFileEntry = { id: 'i', role: 'included', path, exists: true };
    for (const pattern of ['conf.d/*.conf', path]) {
      writeFileSync(livePath, `${validText}include ${pattern}\n`);
      const result = await testConfiguration(livePath, included, 'nonsense here\n');
      assert.match(result.output, /vip\.conf: Line 1\) Unknown keyword 'nonsense'/);
      assert.equal((await testConfiguration(livePath, included, '! nothing\n')).exitCode, 0);
    }
    assert.equal(readFileSync(path, 'utf8'), '');
  });

  test('a script in the folder keeps its owner and mode, which script security looks at', async () => {
    writeFileSync(`${folder}/check.sh`, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const script = `global_defs {\n enable_script_security\n}\nvrrp_script check {\n script ${folder}/check.sh\n user root\n}\n`;
    const text =
      script + validText.replace('advert_int', 'track_script {\n check\n }\n advert_int');
    const result = await testConfiguration(livePath, live, text);
    assert.deepEqual([result.output, result.exitCode], ['', 0]);
    chmodSync(`${folder}/check.sh`, 0o777);
    assert.match((await testConfiguration(livePath, live, text)).output, /check due to insecure/);
  });

  /** Each would print lines of the shadow file, if keepalived could open it. */
  const leaks: Record<string, string> = {
    'by its path': 'include /etc/shadow\n',
    'by a way up': 'include ../shadow\n',
    'by a link': 'include link.conf\n',
    'by a linked folder': 'include linked/*\n',
    'by a definition': '$X=include /etc/shadow\n$X\n',
    'by another file': 'include inner.conf\n',
    'by a sequence': '~LST(x,lude) inc${x} /etc/shadow\n',
    'by its own process': 'include /proc/self/cwd/../shadow\n',
    'by definitions that are used before': '$A=$B /proc/self/cwd/../shadow\n$B=include\n@host $A\n',
    'by definitions of definitions': '$B=include\n$A=${B} /proc/self/root/etc/shadow\n$A\n',
    'by an escaped pattern': 'include /proc/self/cwd/../sh\\ad[o]w\n',
    'behind a brace': 'global_defs { include /etc/shadow\n}\n',
  };
  for (const [how, text] of Object.entries(leaks)) {
    test(`the shadow file, included ${how}, is not printed`, async () => {
      symlinkSync('/etc/shadow', `${folder}/link.conf`);
      symlinkSync('/etc', `${folder}/linked`);
      writeFileSync(`${folder}/inner.conf`, 'include /etc/shadow\n');
      const result = await testConfiguration(livePath, live, text + validText, 'host');
      assert.equal(result.ran, true, result.reason);
      assert.doesNotMatch(JSON.stringify(result), /root:|\*:|Unknown keyword/);
    });
  }

  test('what a file of the folder says is not read unless it is included', async () => {
    writeFileSync(`${folder}/page.key`, 'BEGIN_PRIVATE_KEY secret\n');
    const text = '~LST(x,lude) inc${x} page.key\n';
    const { output } = await testConfiguration(livePath, live, text + validText);
    assert.doesNotMatch(output, /PRIVATE|secret/);
  });

  test('an include from outside is empty for the test, and named', async () => {
    mkdirSync('/tmp/elsewhere');
    writeFileSync('/tmp/elsewhere/more.conf', 'global_defs {\n nonsense\n}\n');
    const text = `${validText}include /tmp/elsewhere/*.conf\ninclude /tmp/elsewhere/more.conf\n`;
    const result = await testConfiguration(livePath, live, text);
    assert.deepEqual([result.ran, result.output, result.exitCode], [true, '', 0]);
    assert.deepEqual(result.outsideIncludes, ['/tmp/elsewhere', '/tmp/elsewhere/more.conf']);
    rmSync('/tmp/elsewhere', { recursive: true });
  });

  test('a line about another file is withheld, and with it what has no place', async () => {
    const text = `${brokenText}@host include /etc/passwd\n`;
    const result = await testConfiguration(livePath, live, text, 'host');
    assert.doesNotMatch(result.output, /root:|passwd: Line/);
    assert.match(result.output, /Unknown keyword 'prioritty'/);
    assert.ok((result.withheldLines ?? 0) > 0);
  });

  test('nothing but the configuration can be read in there', async () => {
    mkdirSync('/tmp/state');
    writeFileSync('/tmp/state/accounts.json', 'accounts');
    writeFileSync(`${folder}/check.sh`, '#!/bin/sh\n# token\n', { mode: 0o755 });
    const workFolder = mkdtempSync('/tmp/root-');
    const root = await layOutTestRoot(workFolder, {
      folder,
      files: new Map([[livePath, validText]]),
      paths: ['/tmp/state/accounts.json', '/root/.bashrc', '/etc/shadow'],
    });
    const look = `find / -xdev -type f -size +0 -not -path "/usr/*"; cat /etc/shadow /tmp/state/accounts.json ${folder}/check.sh; ls -A /proc; ls -A /.old-root; ls -l ${folder}/check.sh`;
    const printed = execFileSync('unshare', [
      ...['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'],
      ...['sh', '-c', enterTestRoot, 'sh', root.fstabPath, root.path, 'sh', '-c', look],
    ]).toString();
    const lines = printed.split('\n').filter((line) => !line.startsWith('/etc/'));
    assert.match(lines.join('|'), /^-rwxr-xr-x 1 root root 0 [^|]+check\.sh\|$/);
    assert.match(printed, /^\/etc\/keepalived\/keepalived\.conf$/m);
    rmSync('/tmp/state', { recursive: true });
    rmSync(workFolder, { recursive: true });
  });

  test('a live file that is a link does not lead the candidate out of the shadow', async () => {
    rmSync(livePath);
    writeFileSync(`${folder}/real.conf`, validText);
    symlinkSync(`${folder}/real.conf`, livePath);
    const result = await testConfiguration(livePath, live, 'candidate\n');
    assert.equal(result.ran, false);
    assert.match(result.reason ?? '', /regular file/);
    assert.equal(readFileSync(`${folder}/real.conf`, 'utf8'), validText);
  });

  test('a folder that is too large to copy says so', async () => {
    for (let number = 0; number < 2001; number++) writeFileSync(`${folder}/${number}`, '');
    const result = await testConfiguration(livePath, live, validText);
    assert.equal(result.ran, false);
    assert.match(result.reason ?? '', /more than 2000 files/);
    assert.deepEqual(listTraces().shadows, []);
  });

  test('a name server that is silent does not hold up the test', { timeout: 120_000 }, async () => {
    const silent = createSocket('udp4');
    const questions: string[] = [];
    // A question begins with a number of its own: the same once more is a further attempt.
    silent.on('message', (bytes) => questions.push(bytes.toString('hex')));
    silent.bind(53, '127.0.0.1');
    await once(silent, 'listening');
    writeFileSync('/tmp/resolv.conf', 'nameserver 127.0.0.1\noptions timeout:30 attempts:5\n');
    writeFileSync('/tmp/hosts', '127.0.0.1 localhost\n');
    for (const name of ['resolv.conf', 'hosts']) {
      execFileSync('mount', ['--bind', `/tmp/${name}`, `/etc/${name}`]);
    }
    execFileSync('hostname', ['not-in-hosts']);
    const own = await testConfiguration(livePath, live, validText);
    const mail = `global_defs {\n smtp_server mail.example.org\n}\n${validText}`;
    const named = await testConfiguration(livePath, live, mail);
    const ended = await testConfiguration(livePath, live, mail, undefined, 200);
    // Of this network namespace: others test configurations on this machine, too.
    const ownNetwork = ['--ns', String(process.pid), '--nslist', 'net'];
    const left = spawnSync('pgrep', ['--full', '^keepalived -t', ...ownNetwork]);
    for (const name of ['resolv.conf', 'hosts']) execFileSync('umount', [`/etc/${name}`]);
    silent.close();
    assert.deepEqual([own.ran, own.output, named.ran], [true, '', true], named.reason);
    // With the 30 s of that file it would not have run in its time; by default each is asked twice.
    assert.ok(questions.length > 0);
    assert.equal(new Set(questions).size, questions.length, 'asked again');
    assert.deepEqual(listTraces().shadows, []);
    // Its time limit, made short.
    assert.equal(ended.ran, false);
    assert.match(
      ended.reason ?? '',
      /did not finish its test within 0\.2 s\. .*smtp_server.*track_file/,
    );
    assert.equal(left.status, 1, left.stdout.toString());
  });

  test('where keepalived is not installed the reason says so', async () => {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/usr/sbin']);
    const result = await testConfiguration(livePath, live, validText);
    execFileSync('umount', ['/usr/sbin']);
    assert.deepEqual([result.ran, result.reason], [false, 'keepalived is not installed.']);
  });
}
