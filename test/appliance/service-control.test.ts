/** Start, Restart and Reload from the page, with the real keepalived: what is said is what is. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { ApplyParts } from '../../server/operations/parts.ts';
import { controlKeepalived, restartKeepalived } from '../../server/operations/service-control.ts';
import {
  becomeMaster,
  blindTest,
  configPath,
  configuration,
  createParts,
  holds,
  virtualAddress,
  withAppliance,
} from './apply-harness.ts';
import { inLabServer } from './in-lab-server.ts';

const good = configuration();

if (inLabServer(import.meta.url)) {
  describe('keepalived from the page', { concurrency: false }, () => {
    let parts: ApplyParts;
    before(async () => {
      parts = await createParts();
    });
    after(async () => {
      await controlKeepalived(parts, 'stop');
      await parts.appliance.close();
    });

    const readPid = async () => {
      const daemon = await parts.appliance.readDaemon();
      return daemon.state === 'running' ? daemon.pid : undefined;
    };

    describe('a start', () => {
      beforeEach(() => controlKeepalived(parts, 'stop'));

      it('is told when keepalived lives with its instances, and its file is one to go back to', async () => {
        writeFileSync(configPath, good);
        const outcome = await controlKeepalived(parts, 'start');
        assert.deepEqual([outcome.ok, outcome.sentence], [true, 'keepalived was started.']);
        assert.ok(await readPid());
        assert.equal((await parts.versions.list('live'))[0]?.outcome, 'live');
      });

      it('of a file that ends keepalived is no success, and says why', async () => {
        writeFileSync(configPath, good.replace('interface eth0', 'interface eth9'));
        const outcome = await controlKeepalived(withAppliance(parts, blindTest), 'start');
        assert.equal(outcome.ok, false);
        assert.match(
          outcome.sentence,
          /^keepalived is not running: it says: “Non-existent interface/,
        );
        assert.equal(await readPid(), undefined);
      });

      it('into FAULT is told as what it is', async () => {
        const source = 'unicast_src_ip 10.9.0.77\n    unicast_peer {\n        10.9.0.2\n    }';
        writeFileSync(configPath, configuration({ instance: source }));
        const outcome = await controlKeepalived(parts, 'start');
        assert.match(outcome.sentence, /^keepalived was started, but VI_1 went into FAULT/);
        assert.ok(await readPid());
      });
    });

    describe('a file that was edited by others', () => {
      const theirs = good.replace('virtual_router_id 51', 'virtual_router_id 52');
      beforeEach(async () => {
        await becomeMaster(parts, good);
        writeFileSync(configPath, theirs);
      });

      it('is reloaded only after its dangers are accepted', async () => {
        const asked = await controlKeepalived(parts, 'reload');
        assert.deepEqual([asked.ok, asked.needsConfirmation], [false, true]);
        assert.match(asked.dangers?.join() ?? '', /virtual router ID changes from 51 to 52/);
        assert.ok(await holds(parts.appliance, virtualAddress), 'nothing was done yet');
        const acceptedDangers = asked.dangers ?? [];
        const outcome = await controlKeepalived(parts, 'reload', { acceptedDangers });
        assert.equal(outcome.ok, true, outcome.sentence);
      });

      it('is not restarted with', async () => {
        const pid = await readPid();
        const outcome = await restartKeepalived(parts);
        assert.equal(outcome.ok, false);
        assert.match(outcome.sentence, /not restarted.*virtual router ID changes from 51 to 52/);
        assert.equal(await readPid(), pid);
        assert.ok(await holds(parts.appliance, virtualAddress));
      });
    });
  });
}
