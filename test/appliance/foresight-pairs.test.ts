/**
 * What the foresight says of random changes, against what a real pair of keepalived daemons then
 * does. All pairs run at the same time: each is a virtual router of its own in the same two daemons.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../../server/appliance/appliance.ts';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { findPasswordChanges } from '../../server/keepalived/config/password-changes.ts';
import { summarizeConfiguration } from '../../server/keepalived/config/questions.ts';
import {
  computePriority,
  createFindResult,
} from '../../server/keepalived/foresight/effective-priority.ts';
import { foreseeChange } from '../../server/keepalived/foresight/foresight.ts';
import { parseConfiguration } from '../../server/keepalived/language/tree.ts';
import type { RuntimeInstance } from '../../server/keepalived/proof/evidence.ts';
import { parseJsonDump } from '../../server/keepalived/runtime/dump/json-dump.ts';
import { parseSettings } from '../../server/settings.ts';
import {
  askUntil,
  end,
  pidPath,
  preparePrivateMachine,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';
import { createPair, createRandom, writeServer } from './random-pairs.ts';
import type { Pair } from './random-pairs.ts';

const pairCount = 72;
const seeds = (process.env['WAI_TEST_SEED'] ?? '2026').split(',').map(Number);
const peerFolder = '/tmp/peer';

if (inPrivateNamespaces(import.meta.url)) {
  let appliance: Appliance;
  before(async () => {
    preparePrivateMachine();
    const ip = (words: string) => execFileSync('ip', words.split(' '));
    ip('netns add peer');
    ip('link set peer0 netns peer name eth0');
    ip('-n peer address add 10.9.0.2/24 dev eth0');
    ip('-n peer link set eth0 up');
    ip('-n peer link set lo up');
    for (const name of ['up0', 'down0']) {
      ip(`link add ${name} type veth peer name ${name}p`);
      ip(`-n peer link add ${name} type veth peer name ${name}p`);
    }
    for (const where of ['', '-n peer ']) {
      ip(`${where}link set up0 up`);
      ip(`${where}link set up0p up`);
    }
    mkdirSync(peerFolder);
    writeFileSync('/tmp/plus', '5\n');
    writeFileSync('/tmp/minus', '-7\n');
    appliance = await createAppliance(parseSettings({ WAI_SERVICE_MANAGER: 'supervised' }));
  });
  after(() => appliance.close());

  for (const seed of seeds) {
    test(`the foresight of ${pairCount} random changes (seed ${seed})`, async () => {
      const random = createRandom(seed);
      const pairs = Array.from({ length: pairCount }, (_, index) => createPair(random, index));
      const peer = startPeer(writeServer(pairs, 'peer'));
      const old = writeServer(pairs, 'old');
      const next = writeServer(pairs, 'next');
      writeConfiguration(old);
      const daemon = startKeepalived();
      try {
        await settle();
        const [now, network] = [await readOwn(), await appliance.readNetwork()];
        const tracking = await appliance.readTracking();
        assert.ok(tracking.ok, JSON.stringify(tracking));
        const [treeBefore, treeAfter] = [parseConfiguration(old), parseConfiguration(next)];
        const foresight = foreseeChange({
          before: summarizeConfiguration(treeBefore),
          after: summarizeConfiguration(treeAfter),
          passwordChanges: findPasswordChanges(treeBefore, treeAfter),
          running: now,
          findResult: createFindResult(tracking, network),
        });
        writeConfiguration(next);
        process.kill(Number(readFileSync(pidPath, 'utf8')), 'SIGHUP');
        await sleep(1_000);
        await settle();
        const then = await readOwn();
        const theirs = await readPeer(peer);
        const wrong = pairs.flatMap((pair) => judge(pair, { now, then, theirs, foresight }));
        const findResult = createFindResult(tracking, network);
        const summary = summarizeConfiguration(treeAfter);
        for (const instance of summary.instances) {
          const { priority } = computePriority(instance, summary, findResult);
          const { effectivePriority, name } = find(then, instance.name);
          if (priority === undefined || priority === effectivePriority) continue;
          const pair = pairs.find(({ members }) => members.some((member) => member.name === name));
          wrong.push({ name, priority, effectivePriority, pair: JSON.stringify(pair) });
        }
        const unknown = foresight.sentences.filter((one) => one.includes('cannot be told'));
        const moved = now.filter(({ name, state }) => find(then, name).state !== state).length;
        console.log({ seed, moved, foretold: foresight.movements.length, unknown });
        assert.deepEqual(wrong, []);
        assert.ok(unknown.length < pairCount / 6, 'the foresight knows too little');
        assert.ok(moved >= 5, 'too little moved for a proof');
      } finally {
        await Promise.all([end(daemon), end(peer)]);
      }
    });
  }

  function startPeer(text: string): ChildProcess {
    writeFileSync(`${peerFolder}/keepalived.conf`, text, { mode: 0o600 });
    const files = ['pid', 'vrrp_pid', 'checkers_pid'].map((name) => `${peerFolder}/${name}`);
    const [pid = '', vrrp = '', checkers = ''] = files;
    const words = ['netns', 'exec', 'peer', 'keepalived', '--dont-fork'];
    words.push('-f', `${peerFolder}/keepalived.conf`, '-p', pid, '-r', vrrp, '-c', checkers);
    return spawn('ip', words, {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], TMPDIR: peerFolder },
    });
  }

  async function readOwn(): Promise<RuntimeInstance[]> {
    const report = await askUntil(
      () => appliance.readRuntime(),
      ({ ok }) => ok,
      20_000,
    );
    assert.ok(report.ok, JSON.stringify(report));
    return report.instances;
  }

  async function readPeer(peer: ChildProcess): Promise<RuntimeInstance[]> {
    const path = `${peerFolder}/keepalived.json`;
    rmSync(path, { force: true });
    const signal = Number(execFileSync('keepalived', ['--signum=JSON']).toString());
    assert.ok(peer.pid !== undefined);
    process.kill(Number(readFileSync(`${peerFolder}/pid`, 'utf8')), signal);
    const report = await askUntil(
      async () => {
        await sleep(100);
        try {
          return parseJsonDump(readFileSync(path, 'utf8'));
        } catch {
          return undefined;
        }
      },
      (answer) => answer?.ok === true,
      20_000,
    );
    assert.ok(report?.ok, JSON.stringify(report));
    return report.instances;
  }

  /** Until nothing has changed for longer than any election takes, whatever else the machine does. */
  async function settle(): Promise<void> {
    let last = '';
    let sinceMs = performance.now();
    const beganMs = sinceMs;
    while (performance.now() - sinceMs < 5_000 && performance.now() - beganMs < 60_000) {
      const states = (await readOwn()).map((one) => [one.name, one.state, one.effectivePriority]);
      if (JSON.stringify(states) !== last) sinceMs = performance.now();
      last = JSON.stringify(states);
      await sleep(500);
    }
  }
}

const find = (instances: readonly RuntimeInstance[], name: string): RuntimeInstance => {
  const found = instances.find((one) => one.name === name);
  assert.ok(found, name);
  return found;
};

interface Outcome {
  now: RuntimeInstance[];
  then: RuntimeInstance[];
  theirs: RuntimeInstance[];
  foresight: ReturnType<typeof foreseeChange>;
}

/** What does not fit between the words and what was seen. */
function judge(pair: Pair, { now, then, theirs, foresight }: Outcome): object[] {
  const names = pair.members.map(({ name }) => name);
  // A movement to the peer is foretold with its condition: what the peer has is not known here.
  const peerWins = names.every(
    (name) => find(theirs, name).effectivePriority > find(then, name).effectivePriority,
  );
  const peerWants = pair.members.every(({ peer }) => !peer.nopreempt);
  return names.flatMap((name) => {
    const [was, is] = [find(now, name), find(then, name)];
    const own = foresight.sentences.filter((one) => mentions(one, name, was));
    if (own.some((one) => one.includes('cannot be told'))) return [];
    const foretold = foresight.movements.find(({ instanceName }) => instanceName === name);
    const expected =
      foretold?.direction === 'take'
        ? 'MASTER'
        : foretold?.direction === 'lose' && peerWins && peerWants
          ? 'BACKUP'
          : was.state;
    if (is.state === expected) return [];
    const { effectivePriority, masterPriority } = was;
    const peer = find(theirs, name).effectivePriority;
    const seen = { was: was.state, is: is.state, expected, effectivePriority, masterPriority };
    return [{ name, ...seen, next: is.effectivePriority, peer, own, pair }];
  });
}

const mentions = (sentence: string, name: string, { addresses }: RuntimeInstance): boolean =>
  sentence.startsWith(`${name}:`) ||
  addresses.some(({ cidr }) => sentence.includes(cidr.split('/')[0] ?? cidr));
