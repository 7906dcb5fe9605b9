import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import test, { before, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createLog } from '../../server/appliance/logs/create-log.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const line = (message: string) => `Nov 24 13:00:01 server1 Keepalived_vrrp[123]: ${message}\n`;
const otherLine = 'Nov 24 13:00:01 server1 cron[1]: something else\n';

/** A journal daemon of this mount namespace, whose /run and /dev are not the machine's. */
async function startJournal(context: TestContext): Promise<void> {
  mkdirSync('/run/systemd/journal', { recursive: true });
  mkdirSync('/run/log/journal', { recursive: true });
  const journald = spawn('/usr/lib/systemd/systemd-journald', { stdio: 'ignore' });
  context.after(() => journald.kill());
  while (!existsSync('/run/systemd/journal/socket')) await delay(20);
}

function logToJournal(fields: Record<string, string>) {
  const input = Object.entries(fields)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
  execFileSync('logger', ['--journald'], { input: Buffer.from(input, 'latin1') });
}

async function read(source: 'auto' | 'journal', filter?: string) {
  return createLog({ source }).read({ limit: 100, filter });
}

async function exportText(source: 'auto' | 'journal') {
  const chunks: string[] = [];
  for await (const chunk of createLog({ source }).export({})) chunks.push(chunk);
  return chunks.join('');
}

if (inPrivateNamespaces(import.meta.url)) {
  before(() => {
    mkdirSync('/tmp/private-dev', { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/tmp/private-dev']);
    for (const name of ['null', 'random', 'urandom']) {
      writeFileSync(`/tmp/private-dev/${name}`, '');
      execFileSync('mount', ['--bind', `/dev/${name}`, `/tmp/private-dev/${name}`]);
    }
    execFileSync('mount', ['--rbind', '/tmp/private-dev', '/dev']);
    for (const folder of ['/run', '/var/log']) {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
    }
  });

  test('without any log, the reason says what to do', async () => {
    const page = await read('auto');
    assert.ok(!page.ok);
    assert.match(page.message, /^No log was found: .* Install rsyslog, or set WAI_LOG/);
    assert.match(await exportText('auto'), /^No log was found/);
    const journal = await read('journal');
    assert.ok(!journal.ok);
    assert.match(journal.message, /Start systemd-journald/);
  });

  test('the first usual file that holds lines of keepalived is taken', async () => {
    writeFileSync('/var/log/messages', otherLine);
    let page = await read('auto');
    assert.ok(page.ok);
    assert.deepEqual([page.source, page.lines], ['/var/log/messages', []]);

    writeFileSync('/var/log/syslog', line('in syslog'));
    page = await read('auto');
    assert.ok(page.ok);
    assert.deepEqual([page.source, page.lines[0]?.message], ['/var/log/syslog', 'in syslog']);
    assert.equal(await exportText('auto'), line('in syslog'));

    writeFileSync('/var/log/messages', line('in messages'));
    page = await read('auto');
    assert.equal(page.source, '/var/log/messages');
    // A filter that finds nothing does not change the source.
    page = await read('auto', 'in syslog');
    assert.ok(page.ok);
    assert.deepEqual([page.source, page.lines], ['/var/log/messages', []]);
  });

  test('what may not be read is passed over', () => {
    chmodSync('/var/log/messages', 0o000);
    const script = `
      import { createLog } from ${JSON.stringify(new URL('../../server/appliance/logs/create-log.ts', import.meta.url).href)};
      process.setuid(65534);
      const auto = await createLog({ source: 'auto' }).read({ limit: 1 });
      const file = await createLog({ source: 'file', path: '/var/log/messages' }).read({ limit: 1 });
      console.log(auto.source, file.message);`;
    const output = execFileSync(
      process.execPath,
      [...['--import', 'tsx', '--input-type=module', '--eval', script]],
      { encoding: 'utf8' },
    );
    assert.match(
      output,
      /^\/var\/log\/syslog The log file \S+ cannot be read \(EACCES\)\. Run this program as root/,
    );
  });

  test('the journal: newest first, any bytes, filtered, only keepalived', async (context) => {
    for (const name of ['messages', 'syslog']) rmSync(`/var/log/${name}`);
    await startJournal(context);
    logToJournal({ SYSLOG_IDENTIFIER: 'Keepalived', SYSLOG_PID: '7', MESSAGE: 'Starting' });
    logToJournal({ SYSLOG_IDENTIFIER: 'cron', MESSAGE: 'Keepalived is not me' });
    logToJournal({
      SYSLOG_IDENTIFIER: 'Keepalived_vrrp',
      MESSAGE: 'Printing VRRP as json for process(7) on signal',
    });
    logToJournal({ SYSLOG_IDENTIFIER: 'Keepalived_vrrp', MESSAGE: 'bad \xff byte' });
    let page = await read('auto');
    for (let attempt = 0; attempt < 100 && (!page.ok || page.lines.length < 2); attempt++) {
      await delay(50);
      page = await read('auto');
    }
    assert.ok(page.ok);
    assert.deepEqual([page.source, page.reachedStart], ['journal', true]);
    assert.deepEqual(
      page.lines.map(({ tag, message }) => `${tag}: ${message}`),
      ['Keepalived_vrrp: bad \ufffd byte', 'Keepalived: Starting'],
    );
    assert.equal(page.lines[1]?.pid, 7);
    assert.ok(Math.abs(Date.now() - (page.lines[1].atMs ?? 0)) < 60_000);

    const filtered = await read('journal', 'START');
    assert.ok(filtered.ok);
    assert.deepEqual(
      filtered.lines.map(({ message }) => message),
      ['Starting'],
    );
    const one = await createLog({ source: 'journal' }).read({ limit: 1 });
    assert.ok(one.ok);
    assert.deepEqual([one.lines.length, one.reachedStart], [1, false]);
    const older = await createLog({ source: 'journal' }).read({ limit: 1, before: one.older });
    assert.ok(older.ok);
    assert.deepEqual([older.lines[0]?.message, older.reachedStart], ['Starting', true]);
    const forged = await createLog({ source: 'journal' }).read({
      limit: 1,
      before: Buffer.from('s=1 --directory=/etc').toString('base64url'),
    });
    assert.ok(!forged.ok);
    assert.equal(forged.problem, 'unknown-place');
    const ended = await createLog({ source: 'journal' }).read({
      limit: 9,
      toMs: Date.now() - 3_600_000,
    });
    assert.ok(ended.ok);
    assert.deepEqual(ended.lines, []);

    logToJournal({ SYSLOG_IDENTIFIER: 'Keepalived', MESSAGE: 'Stopping' });
    const { readNewer } = createLog({ source: 'journal' });
    let newer = await readNewer(one.newest ?? '', {});
    for (let attempt = 0; attempt < 100 && newer.ok && newer.lines.length === 0; attempt++) {
      await delay(50);
      newer = await readNewer(one.newest ?? '', {});
    }
    assert.ok(newer.ok);
    assert.deepEqual(
      [newer.lines.map(({ message }) => message), newer.isGap],
      [['Stopping'], false],
    );
    const none = await readNewer(newer.newest, {});
    assert.deepEqual(none.ok && [none.lines, none.isGap], [[], false]);
    const exported = (await exportText('journal')).trimEnd().split('\n');
    assert.equal(exported.length, 3);
    assert.match(exported[0] ?? '', /Keepalived\[7\]: Starting$/);
  });
}
