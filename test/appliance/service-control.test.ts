/** Start, Stop, Restart and Reload from the page, with the real keepalived: what is said is what is. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { RuntimeInstance } from '../../server/keepalived/proof/evidence.ts';
import type { ApplyDependencies } from '../../server/operations/dependencies.ts';
import { applyConfiguration } from '../../server/operations/live/apply-configuration.ts';
import type { ActionOutcome } from '../../server/operations/outcomes.ts';
import { controlServices } from '../../server/operations/service/boot-actions.ts';
import {
  controlKeepalived,
  restartKeepalived,
} from '../../server/operations/service/service-control.ts';
import { eventually } from '../lab/eventually.ts';
import {
  becomeMaster,
  blindTest,
  configPath,
  configuration,
  createParts,
  holds,
  readPid,
  save,
  createTag,
  virtualAddress,
  withAppliance,
} from './apply-harness.ts';
import { inLabServer } from './in-lab-server.ts';

const good = configuration();
const isMaster = ({ state }: RuntimeInstance): boolean => state === 'MASTER';

if (inLabServer(import.meta.url)) {
  describe('keepalived from the page', { concurrency: false }, () => {
    let parts: ApplyDependencies;
    before(async () => {
      parts = await createParts();
    });
    after(async () => {
      await parts.appliance.controlService('keepalived', 'stop');
      await parts.appliance.close();
    });

    it('saves what has an error that the file had already, and nothing worse', async () => {
      const flawed = good.replace('advert_int 1', 'advert_int 1\n    nonsense 1');
      await becomeMaster(parts, flawed);
      const edited = flawed.replace('global_defs {', '# more\n\nglobal_defs {');
      const outcome = await save(parts, edited);
      assert.equal(outcome.kind, 'live', JSON.stringify(outcome));
      const worse = await save(parts, edited.replace('nonsense 1', 'nonsense 1\n    nonsense 1'));
      assert.equal(worse.kind, 'refused', JSON.stringify(worse));
      const better = await save(parts, good);
      assert.equal(better.kind, 'live', JSON.stringify(better));
    });

    it('asks before it saves a new include from outside the folder, once', async () => {
      writeFileSync('/run/more.conf', '! nothing\n');
      await becomeMaster(parts, good);
      const text = `${good}include /run/more.conf\n`;
      const request = {
        ...{
          fileId: 'live',
          text,
          expectedTag: createTag(good),
          action: 'edit' as const,
          comment: '',
        },
        actor: { userName: 'admin', remoteAddress: 'unix' },
      };
      const asked = await applyConfiguration(parts, request);
      assert.ok(asked.kind === 'needs-acceptance', JSON.stringify(asked));
      assert.match(asked.dangers.join(' '), /\/run\/more\.conf leads outside/);
      assert.match(asked.addedCommands.join(' '), /include \/run\/more\.conf/);
      assert.equal((await save(parts, text)).kind, 'live');
      assert.equal(
        (
          await applyConfiguration(parts, {
            ...request,
            text: `# more\n${text}`,
            expectedTag: createTag(text),
          })
        ).kind,
        'live',
      );
    });

    describe('a start', () => {
      beforeEach(() => parts.appliance.controlService('keepalived', 'stop'));

      it('is reported when keepalived lives with its instances, and its file is one to go back to', async () => {
        writeFileSync(configPath, good);
        const outcome = await controlKeepalived(parts, 'start');
        assert.deepEqual([outcome.ok, outcome.sentence], [true, 'keepalived was started.']);
        assert.ok(await readPid(parts));
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
        assert.equal(await readPid(parts), undefined);
      });

      /** Without the pieces that keepalived ignores it would start: so it does. */
      for (const name of ['c17-state-slave', 'c23-track-process']) {
        it(`of ${name}, which keepalived runs, is offered with what will be ignored`, async () => {
          const path = `../fixtures/cases/${name}/keepalived.conf`;
          writeFileSync(configPath, readFileSync(new URL(path, import.meta.url), 'utf8'));
          const asked = await controlKeepalived(parts, 'start');
          assert.equal(asked.ok, false);
          assert.equal(asked.needsConfirmation, true, asked.sentence);
          assert.match(asked.dangers?.join(' ') ?? '', /SLAVE|interval/);
          const started = await controlKeepalived(parts, 'start', { startAnyway: true });
          assert.equal(started.ok, true, started.sentence);
          assert.ok(await readPid(parts));
          const reload = await controlKeepalived(parts, 'reload');
          assert.equal(reload.needsConfirmation, true, reload.sentence);
          const acceptedDangers = reload.dangers ?? [];
          const reloaded = await controlKeepalived(parts, 'reload', { acceptedDangers });
          assert.equal(reloaded.ok, true, reloaded.sentence);
        });
      }

      it('of a file with an include from outside its folder is no question', async () => {
        writeFileSync('/run/more.conf', '! nothing\n');
        writeFileSync(configPath, `${good}include /run/more.conf\n`);
        const outcome = await controlKeepalived(parts, 'start');
        assert.deepEqual([outcome.ok, outcome.sentence], [true, 'keepalived was started.']);
      });

      it('of what would end keepalived cannot be had anyway', async () => {
        writeFileSync(configPath, good.replace('interface eth0', 'interface eth9'));
        const outcome = await controlKeepalived(parts, 'start', { startAnyway: true });
        assert.deepEqual([outcome.ok, outcome.needsConfirmation], [false, false]);
        assert.equal(await readPid(parts), undefined);
      });

      it('into FAULT is reported as what it is', async () => {
        const source = 'unicast_src_ip 10.9.0.77\n    unicast_peer {\n        10.9.0.2\n    }';
        writeFileSync(configPath, configuration({ instance: source }));
        const outcome = await controlKeepalived(parts, 'start', { startAnyway: true });
        assert.match(outcome.sentence, /^keepalived was started, but VI_1 went into FAULT/);
        assert.ok(await readPid(parts));
      });
    });

    describe('a stop', () => {
      const second = '10.9.0.101';
      const group = `vrrp_sync_group VG_1 {
    group {
        VI_1
        VI_2
    }
}`;
      const other = `
vrrp_instance VI_2 {
    state MASTER
    interface eth0
    virtual_router_id 52
    priority 101
    advert_int 1
    virtual_ipaddress {
        ${second}/24
    }
}
`;
      const both = `${configuration({ before: group })}${other}`;
      const named = [
        `VI_1 (sync group VG_1 in the file): ${virtualAddress}`,
        `VI_2 (sync group VG_1 in the file): ${second}`,
      ];
      const serveBoth = async () => {
        await becomeMaster(parts, both);
        await eventually('the second address', () => holds(parts.appliance, second));
        await eventually('the account of both', async () => {
          const runtime = await parts.appliance.readRuntime();
          return runtime.ok && runtime.instances.filter(isMaster).length === 2;
        });
      };
      const expectAsked = async (asked: ActionOutcome | undefined, pid: number | undefined) => {
        assert.deepEqual(
          [asked?.ok, asked?.needsConfirmation, asked?.report, asked?.dangers],
          [false, true, undefined, named],
          asked?.sentence,
        );
        assert.equal(await readPid(parts), pid);
        assert.ok(await holds(parts.appliance, virtualAddress));
        assert.ok(await holds(parts.appliance, second));
      };

      it('of several addresses is asked, changes nothing, and is done once they are accepted', async () => {
        await serveBoth();
        const pid = await readPid(parts);
        const asked = await controlKeepalived(parts, 'stop');
        await expectAsked(asked, pid);
        assert.match(asked.sentence, /^keepalived was not stopped yet\. It serves 2 addresses\./);
        const half = await controlKeepalived(parts, 'stop', { acceptedDangers: named.slice(1) });
        await expectAsked(half, pid);
        const acceptedDangers = asked.dangers ?? [];
        const stopped = await controlKeepalived(parts, 'stop', { acceptedDangers });
        assert.deepEqual([stopped.ok, stopped.sentence], [true, 'keepalived was stopped.']);
        assert.equal(await readPid(parts), undefined);
        assert.equal(await holds(parts.appliance, second), false);
      });

      it('of Bootup and Shutdown is asked likewise, before the boot setting is changed', async () => {
        await serveBoth();
        const pid = await readPid(parts);
        const settings: boolean[] = [];
        const noted = withAppliance(parts, {
          setStartOnBoot(_service, enabled) {
            settings.push(enabled);
            return Promise.resolve({
              ...{ command: 'note', result: 'ok', exitCode: 0, output: '' },
            } as const);
          },
        });
        for (const action of ['stop', 'stop-and-disable'] as const) {
          const outcomes = await controlServices(noted, ['keepalived'], action);
          assert.equal(outcomes.length, 1);
          await expectAsked(outcomes[0], pid);
        }
        assert.deepEqual(settings, []);
        const done = await controlServices(noted, ['keepalived'], 'stop-and-disable', {
          acceptedDangers: named,
        });
        assert.deepEqual(
          done.map(({ ok }) => ok),
          [true, true],
        );
        assert.deepEqual(settings, [false]);
        assert.equal(await readPid(parts), undefined);
      });

      it('of a keepalived that hangs is asked by what its file has and the kernel holds', async () => {
        await serveBoth();
        const daemon = await parts.appliance.readDaemon();
        assert.ok(daemon.state === 'running' && daemon.vrrpPid !== undefined);
        process.kill(daemon.vrrpPid, 'SIGSTOP');
        try {
          const asked = await controlKeepalived(parts, 'stop');
          await expectAsked(asked, daemon.pid);
          assert.match(
            asked.sentence,
            /Can’t tell now what it serves; it may be these 2 addresses/,
          );
        } finally {
          process.kill(daemon.vrrpPid, 'SIGCONT');
        }
      });

      it('of one address is done at once, and so is one of a standby with several', async () => {
        await becomeMaster(parts, good);
        await eventually('one address', async () => !(await holds(parts.appliance, second)));
        const stopped = await controlKeepalived(parts, 'stop');
        assert.deepEqual([stopped.ok, stopped.needsConfirmation], [true, false], stopped.sentence);

        writeFileSync(
          configPath,
          both.replaceAll('MASTER', 'BACKUP').replaceAll('_int 1', '_int 60'),
        );
        const started = await parts.appliance.controlService('keepalived', 'start');
        assert.equal(started.result, 'ok', started.output);
        await eventually('its account', async () => {
          const runtime = await parts.appliance.readRuntime();
          return runtime.ok && runtime.instances.every(({ state }) => state === 'BACKUP');
        });
        const standby = await controlKeepalived(parts, 'stop');
        assert.deepEqual([standby.ok, standby.needsConfirmation], [true, false], standby.sentence);
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

      it('is restarted only after its dangers are accepted', async () => {
        const pid = await readPid(parts);
        const outcome = await restartKeepalived(parts);
        assert.deepEqual([outcome.ok, outcome.needsConfirmation], [false, true]);
        assert.match(outcome.dangers?.join() ?? '', /virtual router ID changes from 51 to 52/);
        assert.equal(await readPid(parts), pid);
        assert.ok(await holds(parts.appliance, virtualAddress));
        const acceptedDangers = outcome.dangers ?? [];
        const accepted = await restartKeepalived(parts, { acceptedDangers });
        assert.equal(accepted.ok, true, accepted.sentence);
        assert.notEqual(await readPid(parts), pid);
      });
    });
  });
}
