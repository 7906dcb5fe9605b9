import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { ApplyDependencies } from '../../server/operations/dependencies.ts';
import { reloadConfiguration } from '../../server/operations/live/apply-configuration.ts';
import { hasDeadChild } from '../../server/operations/live/dead-child.ts';
import { eventually } from '../lab/eventually.ts';
import {
  accepting,
  afterReload,
  becomeMaster,
  blindTest,
  configPath,
  configuration,
  createParts,
  holds,
  readConfiguration,
  readPid,
  save,
  createTag,
  virtualAddress,
  watchAddress,
  withAppliance,
} from './apply-harness.ts';
import { inLabServer } from './in-lab-server.ts';

const good = configuration();
const harmless = good.replace('global_defs {', '# a comment\nglobal_defs {');
const fatal = good.replace('eth0', 'eth9');
const theirs = good.replace('priority 101', 'priority 102');

if (inLabServer(import.meta.url)) {
  describe('a save on a live master', { concurrency: false }, () => {
    let parts: ApplyDependencies;
    before(async () => {
      parts = await createParts();
    });
    beforeEach(() => becomeMaster(parts, good));
    after(() => parts.appliance.close());

    async function newestOutcome(): Promise<string | undefined> {
      const [newest] = await parts.versions.list('live');
      return newest?.outcome;
    }

    it('is proved within 1 s of keepalived’s own test and reload, and loses nothing', async (context) => {
      const pid = await readPid(parts);
      const watch = await watchAddress();
      const times: number[] = [];
      const tests: number[] = [];
      for (const text of [harmless, good.replace('101', '103'), good, harmless, good]) {
        const testMs = performance.now();
        await parts.appliance.testConfiguration('live', text);
        const startMs = performance.now();
        const outcome = await save(parts, text);
        times.push(performance.now() - startMs);
        tests.push(startMs - testMs);
        assert.equal(outcome.kind, 'live', JSON.stringify(outcome));
        assert.equal(await newestOutcome(), 'live');
        assert.equal(readConfiguration(), text);
      }
      assert.equal(await watch.end(), 0);
      assert.equal(await readPid(parts), pid);
      assert.equal(await parts.journal.findUnfinished(), undefined);
      const median = (list: number[]): number => list.toSorted((a, b) => a - b)[2] ?? 0;
      const moreMs = Math.round(median(times) - median(tests));
      context.diagnostic(
        `save to proven live: ${times.map(Math.round).join(', ')} ms, of it keepalived -t ${tests.map(Math.round).join(', ')} ms`,
      );
      // On a busy machine everything takes longer, its own test too: 100 ms where nothing else runs.
      const limitMs = 1000 * Math.max(1, median(tests) / 100);
      assert.ok(moreMs < limitMs, `${moreMs} ms beside the test`);
    });

    it('that cannot be proved is rolled back: a tracked script that fails', async () => {
      const text = configuration({
        before: 'vrrp_script chk {\n script "/usr/bin/false"\n interval 1\n fall 2\n}',
        instance: ' track_script {\n chk\n }',
      });
      const outcome = await save(parts, text);
      assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
      assert.match(
        outcome.message,
        /VI_1 went into FAULT; keepalived says: “VRRP_Script\(chk\) failed/,
      );
      assert.match(outcome.message, /The previous configuration is running again\.$/);
      assert.equal(readConfiguration(), good);
      assert.equal(await holds(parts.appliance, virtualAddress), true);
      assert.equal(await newestOutcome(), 'restored');
    });

    it('that cannot be proved is rolled back: a command that fails under an old name', async () => {
      const script = (name: string) =>
        configuration({
          before: `vrrp_script chk {\n script "/usr/bin/${name}"\n interval 5\n fall 3\n}`,
          instance: ' track_script {\n chk\n }',
        });
      assert.equal((await save(parts, script('true'))).kind, 'live');
      const watch = await watchAddress();
      const outcome = await save(parts, script('false'));
      assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
      assert.match(outcome.message, /the tracked script chk fails when it is run/);
      assert.equal(readConfiguration(), script('true'));
      assert.equal(await watch.end(), 0);
    });

    it('that makes the VRRP process crash for ever ends with one that serves', async (context) => {
      writeFileSync('/etc/keepalived/extra.conf', '# nothing\n');
      const outcome = await save(
        withAppliance(parts, blindTest),
        `@^other include extra.conf\n${good}`,
      );
      context.diagnostic(JSON.stringify(outcome));
      // Whether it crashes depends on what lies in its memory; with 2.2.7 it does, at the first line.
      if (outcome.kind !== 'live') {
        assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
        assert.match(outcome.message, /VRRP process (had crashed|exited and was restarted)/);
      }
      await eventually('the virtual address', () => holds(parts.appliance, virtualAddress));
      assert.equal(await hasDeadChild(parts.appliance), false);
      rmSync('/etc/keepalived/extra.conf');
    });

    it('with an include on a line for another server goes live: keepalived skips it', async () => {
      writeFileSync('/etc/keepalived/extra.conf', 'vrrp_instance VI_9 {\n}\n');
      const before = await readPid(parts);
      const watch = await watchAddress();
      const outcome = await save(parts, `@other include extra.conf\n${good}`);
      assert.equal(outcome.kind, 'live', JSON.stringify(outcome));
      assert.equal(await hasDeadChild(parts.appliance), false);
      assert.equal((await save(parts, good)).kind, 'live');
      assert.equal(await watch.end(), 0);
      assert.equal(await readPid(parts), before);
      rmSync('/etc/keepalived/extra.conf');
    });

    it('that cannot be proved is rolled back: an interface that is down', async () => {
      execFileSync('ip', ['link', 'add', 'eth7', 'type', 'veth', 'peer', 'name', 'peer7']);
      const text = configuration({ instance: ' track_interface {\n eth7\n }' });
      const outcome = await save(parts, text);
      execFileSync('ip', ['link', 'del', 'eth7']);
      assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
      assert.match(outcome.message, /VI_1 went into FAULT/);
      assert.equal(readConfiguration(), good);
      assert.equal(await holds(parts.appliance, virtualAddress), true);
    });

    it('that ends the daemon, unnoticed by the test, is rolled back and the daemon started', async () => {
      const pid = await readPid(parts);
      const outcome = await save(withAppliance(parts, blindTest), fatal);
      assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
      // What it says may be seen before its end is.
      assert.match(outcome.message, /keepalived (exited, and )?says: “.*Non-existent interface/);
      assert.equal(readConfiguration(), good);
      assert.notEqual(await readPid(parts), pid);
      assert.equal(await holds(parts.appliance, virtualAddress), true);
    });

    it('is refused at once where the test says so, also after vim and Reload', async () => {
      const pid = await readPid(parts);
      const watch = await watchAddress();
      assert.equal((await save(parts, fatal)).kind, 'refused');
      assert.equal(readConfiguration(), good);
      writeFileSync(configPath, fatal);
      const reloaded = await reloadConfiguration(parts);
      assert.equal(reloaded.kind, 'refused');
      assert.equal(readConfiguration(), fatal, 'what vim wrote is left to its writer');
      assert.equal(await readPid(parts), pid);
      assert.equal(await watch.end(), 0);
    });

    it('by vim that does not live after a Reload is rolled back to what was proved last', async () => {
      assert.equal((await save(parts, harmless)).kind, 'live');
      const [proved] = await parts.versions.list('live');
      execFileSync('ip', ['link', 'add', 'eth7', 'type', 'veth', 'peer', 'name', 'peer7']);
      const faulty = configuration({ instance: ' track_interface {\n eth7\n }' });
      assert.equal((await save(parts, faulty)).kind, 'restored');
      writeFileSync(configPath, faulty.replace('priority 101', 'priority 104'));
      const outcome = await accepting((consent) => reloadConfiguration(parts, consent));
      execFileSync('ip', ['link', 'del', 'eth7']);
      assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
      assert.match(
        outcome.message,
        /VI_1 went into FAULT.*The previous configuration is running again\.$/,
      );
      assert.equal(createTag(readConfiguration()), proved?.tag);
      assert.equal(await holds(parts.appliance, virtualAddress), true);
      assert.equal(await newestOutcome(), 'restored');
    });

    it('of somebody else between test and install is a conflict, and stays', async () => {
      const racing = withAppliance(parts, {
        replaceConfigurationFile(id, change) {
          writeFileSync(configPath, theirs);
          return parts.appliance.replaceConfigurationFile(id, change);
        },
      });
      const outcome = await save(racing, harmless);
      assert.equal(outcome.kind, 'conflict');
      assert.equal(outcome.currentText, theirs);
      assert.equal(outcome.currentTag, createTag(theirs));
      assert.equal(readConfiguration(), theirs);
      assert.equal(await newestOutcome(), 'conflict');
    });

    it('of somebody else between install and reload is not loaded', async () => {
      const racing = withAppliance(parts, {
        async replaceConfigurationFile(id, change) {
          const result = await parts.appliance.replaceConfigurationFile(id, change);
          writeFileSync(configPath, fatal);
          return result;
        },
      });
      const pid = await readPid(parts);
      const outcome = await save(racing, harmless);
      assert.equal(outcome.kind, 'conflict');
      assert.equal(readConfiguration(), fatal);
      assert.equal(await readPid(parts), pid);
    });

    it('that fails, and was overwritten during the change, leaves the other’s file and says so once', async () => {
      let replacements = 0;
      const racing = withAppliance(parts, {
        ...blindTest,
        replaceConfigurationFile(id, change) {
          replacements += 1;
          if (replacements === 2) writeFileSync(configPath, theirs);
          return parts.appliance.replaceConfigurationFile(id, change);
        },
      });
      const outcome = await save(racing, fatal);
      assert.equal(outcome.kind, 'restore-failed', JSON.stringify(outcome));
      assert.match(outcome.message, /left as it is.*keepalived is not running\./);
      assert.equal(replacements, 2, 'no loop');
      assert.equal(readConfiguration(), theirs);
      assert.deepEqual(
        parts.notices.list().map(({ severity, sentence }) => [severity, sentence]),
        [['critical', outcome.message]],
      );
      await becomeMaster(parts, good);
      assert.equal((await save(parts, harmless)).kind, 'live');
      assert.deepEqual(parts.notices.list(), [], 'what was proved since is over');
    });

    const places = (number: string): string[] =>
      execFileSync('ip', ['-o', '-4', 'address', 'show'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes(` ${number}/`))
        .map((line) => line.split(/\s+/).slice(1, 4).join(' '));

    it('that leaves an address behind takes it off again, and no other', async (context) => {
      const second = '10.9.0.101';
      const text = good.replace('100/24', `100/24\n        ${second}/24`);
      // The administrator's own, as for LVS direct routing: the same numbers at other places.
      const ip = (words: string) => execFileSync('ip', words.split(' '));
      ip('link add adm0 type veth peer name adm1');
      ip(`address add ${second}/32 dev lo`);
      ip(`address add ${second}/24 dev adm0`);
      ip(`address add ${second}/32 dev eth0`);
      ip(`address add ${virtualAddress}/32 dev adm0`);
      context.after(() => {
        ip('link del adm0');
        ip(`address del ${second}/32 dev lo`);
        ip(`address del ${second}/32 dev eth0`);
      });
      const dying = afterReload(parts, async (daemon) => {
        await eventually('the second address', () =>
          places(second).includes(`eth0 inet ${second}/24`),
        );
        // Stopped first: neither may the parent replace a child, nor a child that lost it clean up.
        process.kill(daemon.pid, 'SIGSTOP');
        for (const pid of [...daemon.childPids, daemon.pid]) process.kill(pid, 'SIGKILL');
      });
      const outcome = await save(dying, text);
      assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
      assert.match(
        outcome.message,
        /keepalived left 10\.9\.0\.101\/24 on eth0.*It was removed \(ip address del/,
      );
      assert.deepEqual(places(second).sort(), [
        `adm0 inet ${second}/24`,
        `eth0 inet ${second}/32`,
        `lo inet ${second}/32`,
      ]);
      assert.deepEqual(places(virtualAddress).sort(), [
        `adm0 inet ${virtualAddress}/32`,
        `eth0 inet ${virtualAddress}/24`,
      ]);
      assert.equal(await holds(parts.appliance, '10.9.0.1'), true);
    });

    it('leaves nothing in the configuration’s folder', () => {
      assert.deepEqual(
        ['keepalived.conf'],
        execFileSync('ls', ['-A', '/etc/keepalived'], { encoding: 'utf8' }).trim().split('\n'),
      );
      assert.equal(existsSync(configPath), true);
    });
  });
}
