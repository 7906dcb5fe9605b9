import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import test, { before, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApplianceEvent } from '../../server/appliance/appliance.ts';
import { replaceFile } from '../../server/appliance/files/replace-file.ts';
import { createBlindSpots } from '../../server/appliance/watch/blind-spots.ts';
import { watchAppliance } from '../../server/appliance/watch/watch.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import { createTag } from '../../server/shared/tag.ts';
import { eventually } from '../lab/eventually.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const configPath = '/etc/keepalived/keepalived.conf';
const ip = (words: string) => execFileSync('ip', words.split(' '));

async function startWatching(context: TestContext) {
  let events: ApplianceEvent['about'][] = [];
  const blindSpots = createBlindSpots();
  const watch = await watchAppliance(
    parseProgramOptions({}),
    ({ about }) => events.push(about),
    blindSpots,
  );
  context.after(() => watch.close());
  // `ip monitor` does not say when it has begun to listen.
  for (let attempt = 0; attempt < 100 && !events.includes('network'); attempt++) {
    ip('address add 10.0.0.1/24 dev eth0');
    ip('address delete 10.0.0.1/24 dev eth0');
    await delay(50);
  }
  // Until it has told, too, of what may have happened before it listened.
  await delay(900);
  events = [];
  /** What is told of after the action, until it falls silent. */
  async function eventsAfter(action: () => unknown, expected: ApplianceEvent['about'] | undefined) {
    events = [];
    await action();
    const startedAtMs = performance.now();
    while (expected !== undefined && !events.includes(expected)) {
      assert.ok(performance.now() - startedAtMs < 30_000, `no event about ${expected}`);
      await delay(5);
    }
    await delay(300);
    return [...new Set(events)];
  }
  return { watch, eventsAfter, blindSpots, count: () => events.length };
}

/** The processes that this one has started and that still run. */
function listChildren(): string[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
  return children.split(' ').filter((pid) => pid !== '');
}

if (inPrivateNamespaces(import.meta.url)) {
  before(() => {
    for (const folder of ['/etc/keepalived', '/run']) {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
    }
    mkdirSync('/etc/keepalived/conf.d');
    writeFileSync(configPath, 'old');
    ip('link add eth0 type veth peer name peer0');
    ip('link set eth0 up');
    ip('link set peer0 up');
  });

  test('the kernel’s changes of addresses and links are reported', async (context) => {
    const { eventsAfter } = await startWatching(context);
    const added = await eventsAfter(() => ip('address add 10.0.0.2/24 dev eth0'), 'network');
    assert.deepEqual(added, ['network']);
    const removed = await eventsAfter(() => ip('address delete 10.0.0.2/24 dev eth0'), 'network');
    assert.deepEqual(removed, ['network']);
    const pulled = await eventsAfter(() => ip('link set peer0 down'), 'network');
    assert.deepEqual(pulled, ['network']);
  });

  test('a burst of changes becomes few events', async (context) => {
    const { eventsAfter, count } = await startWatching(context);
    const script = Array.from(
      { length: 200 },
      (_, i) => `address add 10.1.0.${i + 1}/32 dev eth0\n`,
    );
    await eventsAfter(
      () => execFileSync('ip', ['-batch', '-'], { input: script.join('') }),
      'network',
    );
    assert.ok(count() < 50, `${count()} events for 200 addresses`);
  });

  test('changes in the configuration folder are reported, however they are made', async (context) => {
    const { eventsAfter } = await startWatching(context);
    const actions: Record<string, () => unknown> = {
      'written in place': () => {
        writeFileSync(configPath, 'new');
      },
      'replaced by rename': () =>
        replaceFile(configPath, { text: 'newer', expectedTag: createTag(Buffer.from('new')) }),
      'replaced again': () =>
        replaceFile(configPath, { text: 'newest', expectedTag: createTag(Buffer.from('newer')) }),
      'a new included file': () => {
        writeFileSync('/etc/keepalived/conf.d/one.conf', '');
      },
      removed: () => {
        rmSync(configPath);
      },
    };
    for (const [what, action] of Object.entries(actions)) {
      assert.deepEqual(await eventsAfter(action, 'configuration'), ['configuration'], what);
    }
  });

  test('pid files are reported, other files of /run are not', async (context) => {
    const { eventsAfter } = await startWatching(context);
    const write = (name: string) => () => {
      writeFileSync(`/run/${name}`, `${process.pid}\n`);
    };
    for (const name of ['keepalived.pid', 'vrrp.pid', 'checkers.pid']) {
      assert.deepEqual(await eventsAfter(write(name), 'daemon'), ['daemon'], name);
    }
    const removed = await eventsAfter(() => {
      rmSync('/run/keepalived.pid');
    }, 'daemon');
    assert.deepEqual(removed, ['daemon']);
    assert.deepEqual(await eventsAfter(write('other.pid'), undefined), []);
  });

  test('a monitor that ends is started again', async (context) => {
    const { eventsAfter, blindSpots } = await startWatching(context);
    const [monitor] = listChildren();
    process.kill(Number(monitor), 'SIGKILL');
    await eventually('a blind spot', () => blindSpots.list().length > 0, { everyMs: 5 });
    assert.match(blindSpots.list().join(), /“ip monitor” is not running/);
    // What happened in between is unknown, so it is reported.
    assert.deepEqual(await eventsAfter(() => undefined, 'network'), ['network']);
    await delay(1_000);
    const added = await eventsAfter(() => ip('address add 10.0.0.3/24 dev eth0'), 'network');
    assert.deepEqual(added, ['network']);
    assert.deepEqual(blindSpots.list(), []);
  });

  test('a closed watch says nothing more and leaves no process', async (context) => {
    const { watch, eventsAfter } = await startWatching(context);
    assert.equal(listChildren().length, 1);
    await watch.close();
    assert.deepEqual(listChildren(), []);
    const told = await eventsAfter(() => {
      writeFileSync(configPath, 'after');
      ip('link set peer0 up');
    }, undefined);
    assert.deepEqual(told, []);
  });

  test('folders that do not exist yet are no obstacle', async (context) => {
    for (const name of readdirSync('/etc/keepalived')) {
      rmSync(`/etc/keepalived/${name}`, { recursive: true });
    }
    execFileSync('umount', ['/etc/keepalived']);
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/etc/keepalived']);
    const options = parseProgramOptions({
      WAI_KEEPALIVED_CONFIG: '/etc/keepalived/later/keepalived.conf',
      WAI_KEEPALIVED_PID: '/run/later/keepalived.pid',
    });
    const watch = await watchAppliance(options, () => undefined);
    context.after(() => watch.close());
    assert.ok(watch);
  });
}
