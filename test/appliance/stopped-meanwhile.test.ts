import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { ApplyDependencies } from '../../server/operations/dependencies.ts';
import { controlKeepalived } from '../../server/operations/service/service-control.ts';
import { eventually } from '../lab/eventually.ts';
import {
  afterReload,
  becomeMaster,
  blindTest,
  configPath,
  configuration,
  createParts,
  holds,
  readConfiguration,
  save,
  virtualAddress,
  withAppliance,
} from './apply-harness.ts';
import { inLabServer } from './in-lab-server.ts';

const good = configuration();
const changed = good.replace('priority 101', 'priority 103');
/** Loaded, and then in FAULT: the proof fails while keepalived lives on. */
const faulty = configuration({
  before: 'vrrp_script bad {\n    script "/usr/bin/false"\n    interval 1\n}\n',
  instance: '    track_script {\n        bad\n    }\n',
});
const fatal = good.replace('eth0', 'eth9');
const withoutLog = { ok: false, source: 'none', message: 'There is no log.' } as const;

if (inLabServer(import.meta.url)) {
  describe('a keepalived that somebody stops during a save', { concurrency: false }, () => {
    let parts: ApplyDependencies;
    before(async () => {
      parts = await createParts();
    });
    beforeEach(() => becomeMaster(parts, good));
    after(() => parts.appliance.close());

    /** Somebody stops it right after the reload with this number. */
    function stoppedAfter(reload: number): ApplyDependencies {
      let reloads = 0;
      return afterReload(withAppliance(parts, blindTest), ({ pid }) => {
        reloads += 1;
        if (reloads === reload) process.kill(pid, 'SIGTERM');
      });
    }
    /** keepalived may leave the address when it is stopped in the middle of a reload: then it is named. */
    async function assertStopped(message: string): Promise<void> {
      assert.equal((await parts.appliance.readDaemon()).state, 'stopped');
      if (await holds(parts.appliance, virtualAddress)) {
        assert.match(message, /10\.9\.0\.100\/24 is (still )?on eth0, .* “ip address del /);
      }
    }

    for (const [when, reload, text] of [
      ['while the new file is proved', 1, changed],
      ['while the old one is proved again', 2, faulty],
    ] as const) {
      it(`stays stopped: ${when}`, async () => {
        const outcome = await save(stoppedAfter(reload), text);
        assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
        assert.match(outcome.message, /keepalived was stopped during the change.* stays stopped/);
        assert.doesNotMatch(outcome.message, /is running again|keepalived ended/);
        assert.equal(readConfiguration(), good);
        await assertStopped(outcome.message);
      });
    }

    it('stays stopped where no log can be read: its exit tells', async () => {
      const deaf = withAppliance(stoppedAfter(1), {
        readLog: () => Promise.resolve(withoutLog),
        readNewerLog: () => Promise.resolve(withoutLog),
      });
      const outcome = await save(deaf, changed);
      assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
      assert.match(outcome.message, /stays stopped/);
      await assertStopped(outcome.message);
    });

    it('is started again if it was killed, or its file ended it', async () => {
      const killed = afterReload(parts, ({ pid }) => process.kill(pid, 'SIGKILL'));
      for (const [machine, text] of [
        [killed, changed],
        [withAppliance(parts, blindTest), fatal],
      ] as const) {
        const outcome = await save(machine, text);
        assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
        assert.equal((await parts.appliance.readDaemon()).state, 'running');
        await eventually('the virtual address', () => holds(parts.appliance, virtualAddress));
      }
    });

    it('a start that fails quotes the log, and guesses nothing', async () => {
      await parts.appliance.controlService('keepalived', 'stop');
      // Without ip_vs in the kernel its healthchecker ends at once.
      writeFileSync(
        configPath,
        `${good}\nvirtual_server 10.9.0.100 80 {\n    protocol TCP\n    real_server 10.9.0.9 80 {\n    }\n}\n`,
      );
      const outcome = await controlKeepalived(parts, 'start', { startAnyway: true });
      if (outcome.ok) return;
      assert.match(outcome.sentence, /it says: “IPVS: /);
      const shown = `${outcome.sentence} ${outcome.report?.output ?? ''}`;
      assert.doesNotMatch(shown, /WAI_KEEPALIVED_ARGS/);
    });
  });
}
