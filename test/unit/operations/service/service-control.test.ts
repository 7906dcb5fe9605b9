/** Start, stop, restart and reload: what is asked first, what is done, and what is said afterwards. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Appliance, CommandReport } from '../../../../server/appliance/appliance.ts';
import { placeholderVirtualAddress } from '../../../../server/keepalived/config/default-configurations.ts';
import type { DaemonProcess } from '../../../../server/keepalived/proof/evidence.ts';
import { controlServices } from '../../../../server/operations/service/boot-actions.ts';
import {
  controlKeepalived,
  restartKeepalived,
} from '../../../../server/operations/service/service-control.ts';
import { heard, serverOf } from '../../keepalived/pair/reports.ts';
import type { Told } from '../../keepalived/pair/reports.ts';
import { samplePair } from '../../web/pages/pair-sample.ts';
import { prepare } from '../simulated-folder.ts';
import { configPathOf, readDaemonFile, writeDaemonFile } from '../simulated-machine.ts';
import { createSimulatedParts, newTexts, oldText, textOf } from '../simulated-parts.ts';

const unknown: DaemonProcess = { state: 'unknown', reason: '/proc cannot be read' };
const two = oldText.replace('10.9.0.100/24', '10.9.0.100/24\n        10.9.0.101/24');
const fatal = oldText.replace('interface eth0', '');
const refused: CommandReport = {
  ...{ command: 'systemctl stop keepalived', result: 'exited', exitCode: 1, output: 'no right' },
};

interface Scene {
  isRunning?: boolean;
  text?: string;
  change?: (appliance: Appliance) => Partial<Appliance>;
}

/** The simulated machine, whose keepalived can be stopped, too. */
async function createScene(
  context: TestContext,
  { isRunning = true, text = oldText, change = () => ({}) }: Scene = {},
) {
  const folder = await prepare(context, isRunning ? 'live' : 'stopped');
  writeFileSync(configPathOf(folder), text);
  if (isRunning) {
    const held = text === two ? ['10.9.0.100', '10.9.0.101'] : ['10.9.0.100'];
    writeDaemonFile(folder, { ...readDaemonFile(folder), loaded: text, held });
  }
  const parts = await createSimulatedParts(folder);
  const commands: string[] = [];
  const loadedTags: string[] = [];
  const { appliance } = parts;
  const machine: Appliance = {
    ...appliance,
    readServices: () => Promise.resolve([]),
    testConfiguration(_id, text) {
      const path = configPathOf(folder);
      const isRefused = text.includes('no_such_word');
      const output = isRefused ? `(${path}: Line 9) Unknown keyword 'no_such_word'` : '';
      const result = { ran: true as const, reason: undefined, exitCode: isRefused ? 1 : 0 };
      return Promise.resolve({ ...result, output, testedPath: path });
    },
    startCapture: () => ({
      ended: Promise.resolve(undefined),
      close: () => Promise.resolve(),
    }),
    probeAddress: (interfaceName, address) =>
      Promise.resolve({ interfaceName, address, ok: true, macAddresses: [] }),
    controlService(service, action) {
      commands.push(`${action} ${service}`);
      if (service === 'keepalived' && action !== 'stop') {
        return appliance.controlService(service, action);
      }
      if (service === 'keepalived') {
        writeDaemonFile(folder, { ...readDaemonFile(folder), running: false, held: [] });
      }
      return Promise.resolve({ command: action, result: 'ok', exitCode: 0, output: '' });
    },
    setStartOnBoot(service, enabled) {
      commands.push(`${enabled ? 'enable' : 'disable'} ${service}`);
      return Promise.resolve({ command: 'boot', result: 'ok', exitCode: 0, output: '' });
    },
  };
  const changed = { ...machine, ...change(machine) };
  return {
    ...{ folder, commands, loadedTags },
    parts: {
      ...{ ...parts, appliance: changed },
      keeper: { ...parts.keeper, noteLoaded: (tag: string) => loadedTags.push(tag) },
    },
    isRunning: () => readDaemonFile(folder).running,
  };
}

const unseen = { change: () => ({ readDaemon: () => Promise.resolve(unknown) }) };

describe('a start', () => {
  it('is proved, told to the keeper, and its file is one to go back to', async (context) => {
    const { parts, commands, loadedTags, isRunning } = await createScene(context, {
      isRunning: false,
    });
    const outcome = await controlKeepalived(parts, 'start', { startAnyway: true });
    assert.deepEqual([outcome.ok, outcome.sentence], [true, 'keepalived was started.']);
    assert.deepEqual(commands, ['start keepalived']);
    assert.equal(isRunning(), true);
    const [version] = await parts.versions.list('live');
    assert.equal(version?.outcome, 'live');
    assert.deepEqual(loadedTags, [version.tag]);
  });

  it('is not made of one that runs, or that nobody can see', async (context) => {
    const running = await createScene(context);
    const already = await controlKeepalived(running.parts, 'start');
    assert.deepEqual([already.ok, already.sentence], [true, 'keepalived is already running.']);
    const blind = await createScene(context, unseen);
    const outcome = await controlKeepalived(blind.parts, 'start', { startAnyway: true });
    assert.equal(outcome.ok, false);
    assert.match(outcome.sentence, /^keepalived was not started\. .*\/proc cannot be read/);
    assert.deepEqual([...running.commands, ...blind.commands], []);
  });

  it('that ends at once is told as one, and its file is not proved', async (context) => {
    const { parts, loadedTags } = await createScene(context, {
      ...{ isRunning: false, text: newTexts.deadly },
    });
    const outcome = await controlKeepalived(parts, 'start', { startAnyway: true });
    assert.equal(outcome.ok, false);
    assert.match(outcome.sentence, /^keepalived is not running: .*View Log shows more\.$/);
    assert.deepEqual([loadedTags, await parts.versions.list('live')], [[], []]);
  });

  it('into FAULT is a start, and told as what it is', async (context) => {
    const { parts, loadedTags } = await createScene(context, {
      ...{ isRunning: false, text: newTexts.faulty },
    });
    const outcome = await controlKeepalived(parts, 'start', { startAnyway: true });
    assert.match(outcome.sentence, /^keepalived was started, but .*FAULT/);
    assert.deepEqual([outcome.ok, loadedTags.length], [true, 1]);
    assert.deepEqual(await parts.versions.list('live'), []);
  });

  it('with the placeholder or what keepalived ignores is asked first', async (context) => {
    for (const [text, says, dangers] of [
      [oldText.replace('10.9.0.100/24', placeholderVirtualAddress), /is still the placeholder/, 0],
      [textOf('no_such_word 1'), /would ignore or change what is listed here/, 1],
    ] as const) {
      const { parts, commands, isRunning } = await createScene(context, {
        ...{ isRunning: false, text },
      });
      const asked = await controlKeepalived(parts, 'start');
      assert.deepEqual([asked.ok, asked.needsConfirmation, commands], [false, true, []]);
      assert.match(asked.sentence, says);
      assert.equal(asked.dangers?.length, dangers);
      assert.equal((await controlKeepalived(parts, 'start', { startAnyway: true })).ok, true);
      assert.equal(isRunning(), true);
    }
  });

  it('with no file is refused also if it is insisted on', async (context) => {
    for (const problem of ['missing', 'unreadable'] as const) {
      const { parts, commands } = await createScene(context, {
        isRunning: false,
        change: () => ({
          readConfigurationFile: (id) =>
            Promise.resolve({ ok: false, id, path: '', problem, message: 'There is none.' }),
        }),
      });
      const outcome = await controlKeepalived(parts, 'start', { startAnyway: true });
      assert.match(outcome.sentence, /^keepalived was not started: There is none\./);
      assert.equal(outcome.sentence.includes('Set Default Master'), problem === 'missing');
      assert.deepEqual(commands, []);
    }
  });
});

it('a start with a file that ends the daemon is refused, with the line', async (context) => {
  const { parts, commands } = await createScene(context, { isRunning: false, text: fatal });
  const outcome = await controlKeepalived(parts, 'start', { startAnyway: true });
  assert.match(outcome.sentence, /^keepalived was not started\. The configuration .* Line 1: /);
  assert.deepEqual([outcome.ok, outcome.needsConfirmation, commands], [false, false, []]);
});

describe('a stop', () => {
  it('of one address is made at once', async (context) => {
    const { parts, commands, isRunning } = await createScene(context);
    const outcome = await controlKeepalived(parts, 'stop');
    assert.deepEqual([outcome.ok, outcome.sentence], [true, 'keepalived was stopped.']);
    assert.deepEqual([commands, isRunning()], [['stop keepalived'], false]);
  });

  it('of two addresses is asked first, and made when exactly these are accepted', async (context) => {
    const { parts, commands, isRunning } = await createScene(context, { text: two });
    const asked = await controlKeepalived(parts, 'stop');
    assert.ok(!asked.ok && asked.dangers);
    assert.match(asked.sentence, /^keepalived was not stopped yet\. It serves 2 addresses\./);
    assert.match(asked.dangers.join('\n'), /10\.9\.0\.100[^]*10\.9\.0\.101/);
    const other = await controlKeepalived(parts, 'stop', { acceptedDangers: ['another'] });
    assert.deepEqual([other.ok, commands], [false, []]);
    const { dangers: acceptedDangers } = asked;
    assert.equal((await controlKeepalived(parts, 'stop', { acceptedDangers })).ok, true);
    assert.equal(isRunning(), false);
  });

  it('in a pair is asked where no other server is ready, by the address that is lost', async (context) => {
    const ofPair = (state: Told) => {
      const addresses = { addresses: [{ cidr: '10.9.0.100/24', held: false }] };
      const own = serverOf(1, 'Active', {}, { addresses: [{ cidr: '10.9.0.100/24', held: true }] });
      const summary = samplePair(own, heard(serverOf(2, state, {}, addresses)));
      return () => summary;
    };
    const { parts, commands, isRunning } = await createScene(context);
    const lone = { ...parts, readPairSummary: ofPair('Stopped') };
    const asked = await controlKeepalived(lone, 'stop');
    assert.deepEqual([asked.ok, asked.needsConfirmation, commands], [false, true, []]);
    assert.deepEqual(asked.dangers, [
      '10.9.0.100 is lost: no other server is ready (keepalived is stopped on server2).',
    ]);
    const restart = await restartKeepalived(lone);
    assert.deepEqual([restart.ok, restart.dangers], [false, asked.dangers]);
    assert.equal(isRunning(), true);
    const ready = { ...parts, readPairSummary: ofPair('Standby') };
    assert.equal((await controlKeepalived(ready, 'stop')).ok, true);
    assert.equal(isRunning(), false);
    const again = await createScene(context);
    const { dangers: acceptedDangers = [] } = asked;
    const accepted = { ...again.parts, readPairSummary: ofPair('Stopped') };
    assert.equal((await controlKeepalived(accepted, 'stop', { acceptedDangers })).ok, true);
  });

  it('of what nobody can tell is asked by the file', async (context) => {
    const silent = {
      readRuntime: () => Promise.resolve({ ok: false as const, reason: 'It is silent.' }),
    };
    const one = await createScene(context, { change: () => silent });
    assert.equal((await controlKeepalived(one.parts, 'stop')).ok, true);
    const { parts, commands } = await createScene(context, { text: two, change: () => silent });
    const asked = await controlKeepalived(parts, 'stop');
    assert.match(asked.sentence, /Can’t tell now what it serves; it may be these 2 addresses/);
    assert.deepEqual(commands, []);
  });

  it('is said only where it was seen', async (context) => {
    let looks = 0;
    for (const [change, ok, says] of [
      [
        () => ({ controlService: () => Promise.resolve(refused) }),
        false,
        /was not stopped: .*no right/,
      ],
      [
        (machine: Appliance) => ({
          readDaemon: () => ((looks += 1) > 1 ? Promise.resolve(unknown) : machine.readDaemon()),
        }),
        false,
        /^keepalived was told to stop\. .*\/proc cannot be read/,
      ],
      [
        () => ({
          controlService: () =>
            Promise.resolve({ command: 'stop', result: 'ok', exitCode: 0, output: '' } as const),
        }),
        false,
        /it is still running/,
      ],
    ] as const) {
      const { parts } = await createScene(context, { change });
      const outcome = await controlKeepalived(parts, 'stop');
      assert.equal(outcome.ok, ok);
      assert.match(outcome.sentence, says);
    }
    const gone = await createScene(context, { isRunning: false });
    const outcome = await controlKeepalived(gone.parts, 'stop');
    assert.deepEqual([outcome.ok, outcome.sentence], [true, 'keepalived is not running.']);
    const blind = await createScene(context, unseen);
    assert.match((await controlKeepalived(blind.parts, 'stop')).sentence, /was not stopped\. /);
    assert.deepEqual([...gone.commands, ...blind.commands], []);
  });
});

describe('a restart', () => {
  it('stops and starts', async (context) => {
    const { parts, commands, isRunning } = await createScene(context);
    const outcome = await restartKeepalived(parts);
    assert.deepEqual([outcome.ok, outcome.sentence], [true, 'keepalived was started.']);
    assert.deepEqual(commands, ['stop keepalived', 'start keepalived']);
    assert.equal(isRunning(), true);
  });

  it('names what it releases where that is several addresses', async (context) => {
    const { parts, commands } = await createScene(context, { text: two });
    const asked = await restartKeepalived(parts);
    assert.ok(!asked.ok && asked.dangers);
    assert.match(asked.dangers.join('\n'), /10\.9\.0\.100[^]*10\.9\.0\.101/);
    assert.deepEqual(commands, []);
    const { dangers: acceptedDangers } = asked;
    assert.equal((await restartKeepalived(parts, { acceptedDangers })).ok, true);
    assert.deepEqual(commands, ['stop keepalived', 'start keepalived']);
  });

  it('stops nothing where the file cannot be read, or the daemon not be seen', async (context) => {
    const unread = await createScene(context, {
      change: () => ({
        readConfigurationFile: (id) =>
          Promise.resolve({
            ...{ ok: false, id, path: '', problem: 'unreadable', message: 'It cannot be read.' },
          }),
      }),
    });
    const outcome = await restartKeepalived(unread.parts);
    assert.deepEqual(
      [outcome.ok, outcome.sentence],
      [false, 'keepalived was not restarted: It cannot be read.'],
    );
    const blind = await createScene(context, unseen);
    assert.match(
      (await restartKeepalived(blind.parts)).sentence,
      /^keepalived was not restarted\. /,
    );
    assert.deepEqual([...unread.commands, ...blind.commands], []);
  });

  it('asks what the file as it is would do, and does it when that is accepted', async (context) => {
    const { parts, commands, folder } = await createScene(context);
    writeFileSync(configPathOf(folder), textOf('no_such_word 1'));
    const asked = await restartKeepalived(parts);
    assert.ok(!asked.ok && asked.dangers);
    assert.match(asked.sentence, /was not restarted yet/);
    assert.match(asked.dangers.join('\n'), /no_such_word/);
    assert.deepEqual(commands, []);
    const { dangers: acceptedDangers } = asked;
    assert.equal((await restartKeepalived(parts, { acceptedDangers })).ok, true);
    assert.deepEqual(commands, ['stop keepalived', 'start keepalived']);
  });

  it('does not stop a keepalived that its file would end', async (context) => {
    const { parts, commands, folder } = await createScene(context);
    writeFileSync(configPathOf(folder), fatal);
    for (const outcome of [
      await restartKeepalived(parts),
      await controlKeepalived(parts, 'reload'),
    ]) {
      assert.equal(outcome.ok, false);
      assert.match(outcome.sentence, /The configuration file cannot be used\. Line \d+: /);
    }
    assert.deepEqual(commands, []);
  });

  it('that could not stop does not start', async (context) => {
    const { parts } = await createScene(context, {
      change: () => ({ controlService: () => Promise.resolve(refused) }),
    });
    assert.match((await restartKeepalived(parts)).sentence, /^keepalived was not stopped: /);
  });
});

describe('a reload', () => {
  it('is said with what came of it', async (context) => {
    const { parts, folder } = await createScene(context);
    const outcome = await controlKeepalived(parts, 'reload');
    assert.equal(outcome.sentence, 'keepalived was reloaded and runs with the file as it is.');
    assert.equal(outcome.ok, true);
    writeFileSync(configPathOf(folder), textOf('no_such_word 1'));
    const asked = await controlKeepalived(parts, 'reload');
    assert.ok(!asked.ok && asked.dangers?.length === 1);
    const gone = await createScene(context, { isRunning: false });
    const refusal = await controlKeepalived(gone.parts, 'reload');
    assert.deepEqual([refusal.ok, gone.commands], [false, []]);
    assert.match(refusal.sentence, /keepalived is not running/);
  });
});

describe('the buttons of Bootup and Shutdown', () => {
  it('take their steps for each service in order', async (context) => {
    for (const [action, expected] of [
      ['start', ['start rsyslog', 'start cron']],
      ['stop', ['stop rsyslog', 'stop cron']],
      ['restart', ['restart rsyslog', 'restart cron']],
      ['enable', ['enable rsyslog', 'enable cron']],
      ['disable', ['disable rsyslog', 'disable cron']],
      ['start-and-enable', ['start rsyslog', 'enable rsyslog', 'start cron', 'enable cron']],
      ['stop-and-disable', ['stop rsyslog', 'disable rsyslog', 'stop cron', 'disable cron']],
    ] as const) {
      const { parts, commands } = await createScene(context);
      const outcomes = await controlServices(parts, ['rsyslog', 'cron'], action);
      assert.deepEqual(commands, expected);
      assert.ok(outcomes.every(({ ok }) => ok) && outcomes.length === expected.length);
    }
  });

  it('say what was done, in the past tense', async (context) => {
    const { parts } = await createScene(context);
    const say = async (action: 'start' | 'stop' | 'restart' | 'enable' | 'disable') =>
      (await controlServices(parts, ['cron'], action)).map(({ sentence }) => sentence).join();
    assert.equal(await say('start'), 'cron was started.');
    assert.equal(await say('stop'), 'cron was stopped.');
    assert.equal(await say('restart'), 'cron was restarted.');
    assert.equal(await say('enable'), 'cron will start at boot.');
    assert.equal(await say('disable'), 'cron will not start at boot.');
  });

  it('end after a step that failed, for this service only', async (context) => {
    const { parts, commands } = await createScene(context, {
      change: (machine) => ({
        controlService: (service, action) =>
          service === 'rsyslog'
            ? Promise.resolve(refused)
            : machine.controlService(service, action),
      }),
    });
    const outcomes = await controlServices(parts, ['rsyslog', 'cron'], 'stop-and-disable');
    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [false, true, true],
    );
    assert.match(outcomes[0]?.sentence ?? '', /^rsyslog was not stopped: .*no right/);
    assert.deepEqual(commands, ['stop cron', 'disable cron']);
  });

  it('ask keepalived’s own questions, and stop and restart it when they are answered', async (context) => {
    const { parts, commands } = await createScene(context, { text: two });
    const [asked] = await controlServices(parts, ['keepalived'], 'stop-and-disable');
    assert.ok(asked?.dangers);
    assert.deepEqual(commands, []);
    const { dangers: acceptedDangers } = asked;
    const consent = { acceptedDangers };
    await controlServices(parts, ['keepalived'], 'restart', consent);
    await controlServices(parts, ['keepalived'], 'stop-and-disable', consent);
    assert.deepEqual(commands, [
      ...['stop keepalived', 'start keepalived'],
      ...['stop keepalived', 'disable keepalived'],
    ]);
  });
});
