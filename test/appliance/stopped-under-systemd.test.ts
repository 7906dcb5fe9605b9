/** Who ended keepalived during a save, where systemd runs it and keeps its log. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { ApplyDependencies } from '../../server/operations/dependencies.ts';
import { eventually } from '../lab/eventually.ts';
import {
  afterReload,
  becomeMaster,
  configuration,
  createParts,
  holds,
  readConfiguration,
  readPid,
  save,
  virtualAddress,
} from './apply-harness.ts';
import { inBootedSystemd } from './in-booted-systemd.ts';
import { addInterface } from './private-keepalived.ts';

const good = configuration();
const changed = good.replace('priority 101', 'priority 103');

const systemctl = (...words: string[]): string =>
  execFileSync('systemctl', words, { encoding: 'utf8' }).trim();
const readUnit = (): string => systemctl('show', '--property=ActiveState', '--value', 'keepalived');

if (inBootedSystemd(import.meta.url)) {
  describe('a keepalived of systemd that ends during a save', { concurrency: false }, () => {
    let parts: ApplyDependencies;
    before(async () => {
      addInterface();
      parts = await createParts('/var/lib/keepalived-wai-test', { WAI_SERVICE_MANAGER: 'systemd' });
    });
    beforeEach(() => becomeMaster(parts, good));
    after(async () => {
      await parts.appliance.controlService('keepalived', 'stop');
      await parts.appliance.close();
    });

    /** Something happens to it right after the first reload. */
    function meanwhile(happen: (pid: number) => unknown): ApplyDependencies {
      let isOver = false;
      return afterReload(parts, ({ pid }) => {
        if (isOver) return;
        isOver = true;
        happen(pid);
      });
    }

    for (const [how, stop] of [
      ['systemctl stop', () => systemctl('stop', 'keepalived')],
      ['SIGTERM, of which systemd sees a good end', (pid: number) => process.kill(pid, 'SIGTERM')],
    ] as const) {
      it(`stays stopped: ${how}`, async () => {
        const outcome = await save(meanwhile(stop), changed);
        assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
        const sentences = outcome.message.match(/stays stopped/g) ?? [];
        assert.equal(sentences.length, 1, outcome.message);
        assert.match(outcome.message, /keepalived was stopped during the change, not by this/);
        assert.equal(readConfiguration(), good);
        assert.equal(readUnit(), 'inactive');
        assert.equal((await parts.appliance.readDaemon()).state, 'stopped');
      });
    }

    it('is restored, and runs, after SIGKILL', async () => {
      const outcome = await save(
        meanwhile((pid) => process.kill(pid, 'SIGKILL')),
        changed,
      );
      assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
      assert.doesNotMatch(outcome.message, /stays stopped/);
      assert.equal(readConfiguration(), good);
      assert.equal(readUnit(), 'active');
      await eventually('the address', () => holds(parts.appliance, virtualAddress), {
        withinMs: 20_000,
      });
    });

    it('is not the file’s fault where somebody restarted it', async () => {
      const pid = await readPid(parts);
      const outcome = await save(
        meanwhile(() => systemctl('restart', 'keepalived')),
        changed,
      );
      assert.notEqual(await readPid(parts), pid);
      assert.equal(readUnit(), 'active');
      assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
      assert.match(outcome.message, /somebody restarted keepalived during the check/);
      assert.doesNotMatch(outcome.message, /did not work|stays stopped/);
      assert.equal(readConfiguration(), good);
      await eventually('the address', () => holds(parts.appliance, virtualAddress), {
        withinMs: 20_000,
      });
    });
  });
}
