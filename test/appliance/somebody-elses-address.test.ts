/**
 * Addresses that somebody else put on this machine: beside a real keepalived, before it and after
 * it. This program takes none of them off, whatever happens to keepalived. What keepalived itself
 * takes off is its own doing: at its place it adopts an address that is there (measured, 2.2.7).
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { openRecordLog } from '../../server/history/record-log.ts';
import type { ApplyDependencies } from '../../server/operations/dependencies.ts';
import { controlKeepalived } from '../../server/operations/service/service-control.ts';
import { failoverRecordSchema } from '../../server/state/failover-records.ts';
import { createStateKeeper } from '../../server/state/state-keeper.ts';
import type { StateKeeper } from '../../server/state/state-keeper.ts';
import { eventually } from '../lab/eventually.ts';
import {
  afterReload,
  becomeMaster,
  configuration,
  createParts,
  readConfiguration,
  save,
  virtualAddress,
  withAppliance,
} from './apply-harness.ts';
import { inLabServer } from './in-lab-server.ts';

const maintenancePath = '/run/maintenance';
const maintenance = `track_file maintenance {
    file ${maintenancePath}
    weight 1
}
`;
const good = configuration({
  before: maintenance,
  instance: '    track_file {\n        maintenance\n    }\n',
});
/** Loaded, and then in FAULT: the proof fails while keepalived lives on. */
const faulty = good
  .replace(
    'vrrp_instance',
    'vrrp_script bad {\n    script "/usr/bin/false"\n    interval 1\n}\nvrrp_instance',
  )
  .replace('    track_file {', '    track_script {\n        bad\n    }\n    track_file {');

const place = `${virtualAddress}/24`;
/** The same number where keepalived does not put it. */
const elsewhere = [
  `${virtualAddress}/32 dev lo`,
  `${virtualAddress}/24 dev other0`,
  `${virtualAddress}/32 dev eth0`,
  `${virtualAddress}/28 dev eth0 label eth0:mine`,
];

const ip = (words: string): string =>
  execFileSync('ip', words.split(' '), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const isAt = (text: string): boolean => {
  const [cidr = '', , name = ''] = text.split(' ');
  return ip(`-o -4 address show dev ${name}`).includes(` ${cidr} `);
};
const holdsPlace = () => isAt(`${place} dev eth0`);
const eventuallyHolds = (wanted: boolean) =>
  eventually(wanted ? 'the address' : 'no address', () => holdsPlace() === wanted, {
    withinMs: 60_000,
    everyMs: 5,
  });

if (inLabServer(import.meta.url)) {
  describe('somebody else’s address', { concurrency: false }, () => {
    let parts: ApplyDependencies;
    let keeper: StateKeeper;
    let removed: string[] = [];
    const control = (action: 'start' | 'stop') =>
      controlKeepalived(parts, action, { startAnyway: true });
    const instance = () => keeper.current().status.instances[0];
    const see = (state: string) =>
      eventually(state, () => instance()?.state === state, { withinMs: 60_000 });
    const alarmCodes = () => instance()?.alarms.map(({ code }) => code);
    /** As by the kernel without memory: nothing of it can tidy up. */
    const killAll = async () => {
      const daemon = await parts.appliance.readDaemon();
      assert.ok(daemon.state === 'running');
      for (const pid of [...daemon.childPids, daemon.pid]) process.kill(pid, 'SIGKILL');
      await eventually(
        'the end',
        async () => (await parts.appliance.readDaemon()).state === 'stopped',
      );
    };

    before(async () => {
      ip('link add other0 type veth peer name other1');
      ip('link set other0 up');
      const made = await createParts();
      parts = withAppliance(made, {
        removeAddress(interfaceName, cidr) {
          removed.push(`${cidr} dev ${interfaceName}`);
          return made.appliance.removeAddress(interfaceName, cidr);
        },
      });
      keeper = createStateKeeper({
        appliance: parts.appliance,
        clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
        failovers: await openRecordLog('/run/failovers.jsonl', failoverRecordSchema, 100),
        onProblem: (error) => {
          throw error;
        },
      });
      await keeper.start();
      parts = { ...parts, keeper };
    });
    beforeEach(() => {
      removed = [];
      writeFileSync(maintenancePath, '0\n');
    });
    afterEach(async () => {
      await parts.appliance.controlService('keepalived', 'stop');
      if (holdsPlace()) ip(`address del ${place} dev eth0`);
      assert.deepEqual(removed, []);
    });
    after(async () => {
      await keeper.close();
      await parts.appliance.close();
    });

    it('stays through Stop and SIGKILL where keepalived does not put it', async () => {
      for (const text of elsewhere) ip(`address add ${text}`);
      try {
        await becomeMaster(parts, good);
        await eventuallyHolds(true);
        await see('Active');
        const outcome = await control('stop');
        assert.deepEqual([outcome.ok, outcome.sentence], [true, 'keepalived was stopped.']);
        await eventuallyHolds(false);
        await see('Stopped');
        assert.deepEqual(alarmCodes(), ['address-elsewhere']);

        await becomeMaster(parts, good);
        await eventuallyHolds(true);
        // An address that nobody saw keepalived serve is not called its own.
        await see('Active');
        await killAll();
        await see('Alarm');
        assert.match(instance()?.reason ?? '', /10\.9\.0\.100(\/24)? is still on eth0/);
        assert.deepEqual(
          elsewhere.filter((text) => !isAt(text)),
          [],
        );
      } finally {
        for (const text of elsewhere) ip(`address del ${text.replace(/ label .*/, '')}`);
      }
    });

    it('is named where it was there before keepalived, and is left to keepalived', async () => {
      writeFileSync('/etc/keepalived/keepalived.conf', good);
      ip(`address add ${place} dev eth0`);
      await see('Alarm');
      // The addresses of the test before may have gone only now.
      await eventually('one alarm', () => alarmCodes()?.join() === 'address-without-daemon');
      assert.equal((await control('start')).ok, true);
      await see('Active');
      // Its VRRP process notices that its parent is gone, and takes the address off.
      const daemon = await parts.appliance.readDaemon();
      assert.ok(daemon.state === 'running');
      process.kill(daemon.pid, 'SIGKILL');
      await eventuallyHolds(false);
      await see('Stopped');
    });

    it('stays after SIGKILL; after Start it is keepalived’s, which takes it off at Stop', async () => {
      await becomeMaster(parts, good);
      await see('Active');
      await killAll();
      ip(`address del ${place} dev eth0`);
      ip(`address add ${place} dev eth0`);
      await see('Alarm');
      assert.deepEqual(alarmCodes(), ['address-without-daemon']);
      assert.ok(holdsPlace());
      assert.equal((await control('start')).ok, true);
      await see('Active');
      assert.equal((await control('stop')).sentence, 'keepalived was stopped.');
      await eventuallyHolds(false);
      await see('Stopped');
    });

    it('stays through Stop where keepalived, in FAULT, does not serve it', async () => {
      await becomeMaster(parts, good);
      await see('Active');
      writeFileSync(maintenancePath, '-254\n');
      await eventuallyHolds(false);
      ip(`address add ${place} dev eth0`);
      await see('Alarm');
      assert.deepEqual(alarmCodes(), ['address-without-master']);
      assert.equal((await control('stop')).ok, true);
      await see('Alarm');
      assert.ok(holdsPlace());
    });

    it('stays, and is named, where it replaced a lost one during a save that failed', async () => {
      await becomeMaster(parts, good);
      await see('Active');
      let reloads = 0;
      const helped = afterReload(parts, async () => {
        reloads += 1;
        if (reloads > 1) return;
        await eventuallyHolds(false);
        // Somebody serves by hand, and keeps keepalived from it.
        ip(`address add ${place} dev eth0`);
        writeFileSync(maintenancePath, '-254\n');
      });
      const outcome = await save(helped, faulty);
      assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
      assert.match(
        outcome.message,
        /10\.9\.0\.100\/24 is on eth0, and no keepalived serves it\. This program did not see who added it, so it stays/,
      );
      assert.ok(holdsPlace());
      assert.equal(readConfiguration(), good);
    });
  });
}
