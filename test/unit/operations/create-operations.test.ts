/** What each operation asks for, who is told that it was done, and what runs alone. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Appliance, CommandReport } from '../../../server/appliance/appliance.ts';
import { createRunningDrill } from '../../../server/history/running-drill.ts';
import type { ConfirmedChanges } from '../../../server/operations/confirm/confirmed-change.ts';
import { createOperations } from '../../../server/operations/create-operations.ts';
import type { ApplyOutcome } from '../../../server/operations/outcomes.ts';
import { createMutex } from '../../../server/shared/mutex.ts';
import { createTag } from '../../../server/shared/tag.ts';
import type { FinishedAction } from '../../../server/state/failover-records.ts';
import type { RefreshOptions } from '../../../server/state/state-keeper.ts';
import { prepare } from './simulated-folder.ts';
import { readDaemonFile, writeDaemonFile } from './simulated-machine.ts';
import { createSimulatedParts, oldText } from './simulated-parts.ts';

const actor = { userName: 'admin', remoteAddress: '10.0.0.9' };
const done = (command: string): CommandReport => ({
  ...{ command, result: 'ok', exitCode: 0, output: '' },
});
const live: ApplyOutcome = { kind: 'live', tag: 'a', findings: [], report: undefined };
const failed: ApplyOutcome = { kind: 'failed', message: 'No.' };
const firewall = { programs: [], chains: [], problems: [], firewalld: undefined };

async function createCase(
  context: TestContext,
  {
    machine = {},
    confirmed = {},
    isRunning = true,
  }: {
    machine?: Partial<Appliance>;
    confirmed?: Partial<ConfirmedChanges>;
    isRunning?: boolean;
  } = {},
) {
  const folder = await prepare(context, isRunning ? 'live' : 'stopped');
  const parts = await createSimulatedParts(folder);
  const told: FinishedAction[] = [];
  const refreshed: (RefreshOptions | undefined)[] = [];
  const appliance: Appliance = {
    ...parts.appliance,
    controlService(service, action) {
      if (service === 'keepalived' && action === 'stop') {
        writeDaemonFile(folder, { ...readDaemonFile(folder), running: false, held: [] });
      } else if (service === 'keepalived') return parts.appliance.controlService(service, action);
      return Promise.resolve(done(`${action} ${service}`));
    },
    startCapture: () => ({ ended: Promise.resolve(undefined), close: () => Promise.resolve() }),
    probeAddress: (interfaceName, address) =>
      Promise.resolve({ interfaceName, address, ok: true, macAddresses: [] }),
    setStartOnBoot: (service, enabled) => Promise.resolve(done(`${service} ${enabled}`)),
    ...machine,
  };
  const exclusive = createMutex();
  const operations = createOperations({
    ...{ ...parts, appliance, exclusive },
    runningDrill: createRunningDrill({ directory: join(folder, 'state/history') }),
    keeper: {
      ...parts.keeper,
      noteAction: (action) => void told.push(action),
      refresh(options) {
        refreshed.push(options);
        return Promise.resolve();
      },
    },
    confirmed: {
      apply: () => Promise.resolve(live),
      find: () => undefined,
      confirm: () => Promise.resolve(false),
      undo: () => Promise.resolve(undefined),
      resume: () => Promise.resolve(),
      close: () => undefined,
      ...confirmed,
    },
  });
  return {
    ...{ operations, parts, folder, exclusive, refreshed },
    told: () =>
      told.map(({ durationMs, ...action }) => {
        assert.ok(durationMs >= 0 && durationMs < 600_000);
        return action;
      }),
  };
}

describe('keepalived’s start, stop and reload', () => {
  it('are told to the failover history with who asked, once keepalived was told', async (context) => {
    const { operations, told, refreshed } = await createCase(context);
    await operations.controlKeepalived('start', actor);
    assert.deepEqual(told(), [], 'it runs already');
    await operations.controlKeepalived('stop', actor);
    await operations.controlKeepalived('start', actor, { startAnyway: true });
    await operations.controlKeepalived('reload', actor);
    assert.deepEqual(told(), [
      { what: 'stop', ...actor },
      { what: 'start', ...actor },
      { what: 'reload', ...actor },
    ]);
    assert.deepEqual(refreshed, [{}, {}, {}, {}]);
  });

  it('from Bootup and Shutdown are told likewise, and what moves nothing is not', async (context) => {
    const { operations, told } = await createCase(context);
    const services = ['chronyd', 'keepalived'];
    for (const action of ['enable', 'disable'] as const) {
      const outcomes = await operations.controlServices(services, action, actor);
      assert.deepEqual(
        outcomes.map(({ ok, report }) => [ok, report?.command]),
        services.map((service) => [true, `${service} ${action === 'enable'}`]),
      );
    }
    assert.deepEqual(told(), []);
    await operations.controlServices(services, 'stop-and-disable', actor);
    const started = await operations.controlServices(services, 'start-and-enable', actor);
    await operations.controlServices(services, 'restart', actor);
    await operations.controlServices(services, 'start', actor);
    await operations.controlServices(services, 'stop', actor);
    assert.deepEqual(
      told().map(({ what }) => what),
      ['stop', 'start', 'restart', 'stop'],
    );
    assert.deepEqual(
      started.map(({ sentence }) => sentence),
      [
        'chronyd was started.',
        'chronyd will start at boot.',
        'keepalived was started.',
        'keepalived will start at boot.',
      ],
    );
  });
});

describe('a save', () => {
  const edit = {
    ...{ fileId: 'live', text: 'x', expectedTag: createTag(oldText), actor },
    ...{ action: 'edit' as const, comment: '' },
  };

  it('is told once keepalived was told of it, and never where it was not', async (context) => {
    for (const [outcome, isTold] of [
      [live, true],
      [{ kind: 'restored', message: '', findings: [] }, true],
      [failed, false],
      [{ kind: 'saved', tag: 'a', findings: [], reason: 'daemon-stopped' }, false],
      [{ kind: 'needs-acceptance', dangers: [], addedCommands: [], message: '' }, false],
    ] as [ApplyOutcome, boolean][]) {
      const { operations, told } = await createCase(context, {
        confirmed: { apply: () => Promise.resolve(outcome) },
      });
      assert.deepEqual(await operations.saveConfiguration(edit), outcome);
      assert.deepEqual(told(), isTold ? [{ what: 'save', ...actor }] : []);
    }
  });

  it('hands what it has seen to the keeper, which then need not ask', async (context) => {
    const seen = { atMs: 5 } as never;
    const { operations, refreshed } = await createCase(context, {
      confirmed: { apply: () => Promise.resolve({ ...live, seen }) },
    });
    await operations.saveConfiguration(edit);
    assert.deepEqual(refreshed, [{ seen }]);
  });

  it('that moves an address has the keeper look again when it has moved', async (context) => {
    const movements = [
      { instanceName: 'VI_1', direction: 'take' as const, addresses: ['10.9.0.100'], withinMs: 0 },
    ];
    const { operations, refreshed } = await createCase(context, {
      confirmed: {
        apply: () =>
          Promise.resolve({ ...live, foreseen: { movements, savedAtMs: performance.now() } }),
      },
    });
    const outcome = await operations.saveConfiguration(edit);
    assert.ok(outcome.kind === 'live');
    assert.deepEqual(
      outcome.observations?.map(({ asForeseen }) => asForeseen),
      [true],
    );
    assert.equal(refreshed.length, 2);
  });

  it('runs alone, and not beside an undo or a confirmation', async (context) => {
    const order: string[] = [];
    const slowly = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
    };
    const { operations } = await createCase(context, {
      confirmed: {
        apply: () => slowly('apply')().then(() => failed),
        confirm: () => slowly('confirm')().then(() => true),
        undo: () => slowly('undo')().then(() => undefined),
      },
    });
    const [, isConfirmed, undone] = await Promise.all([
      operations.saveConfiguration(edit),
      operations.confirmChange('a'),
      operations.undoChange('a', actor),
    ]);
    assert.deepEqual([isConfirmed, undone], [true, undefined]);
    assert.deepEqual(
      order,
      ['apply', 'confirm', 'undo'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });

  it('that is undone is told as one', async (context) => {
    const { operations, told } = await createCase(context, {
      confirmed: { undo: (tag) => Promise.resolve(tag === 'a' ? live : undefined) },
    });
    assert.equal(await operations.undoChange('b', actor), undefined);
    assert.deepEqual(told(), []);
    assert.deepEqual(await operations.undoChange('a', actor), live);
    assert.deepEqual(told(), [{ what: 'save', ...actor }]);
  });
});

describe('the firewall', () => {
  it('is told of only where a command was run', async (context) => {
    const change = (commands: CommandReport[]) => () =>
      Promise.resolve({ commands, lasting: undefined, report: firewall });
    const idle = { allowVrrp: change([]), withdrawVrrp: change([]) };
    const quiet = await createCase(context, {
      machine: { ...idle, removeOwnFirewallRule: change([]) },
    });
    await quiet.operations.allowVrrp('VI_1', 'in', actor);
    await quiet.operations.withdrawVrrp('VI_1', 'in', actor);
    await quiet.operations.removeOwnFirewallRule('nft x', actor);
    assert.deepEqual(quiet.told(), []);
    const acting = change([done('nft add rule')]);
    const busy = await createCase(context, {
      machine: { allowVrrp: acting, withdrawVrrp: acting, removeOwnFirewallRule: acting },
    });
    await busy.operations.allowVrrp('VI_1', 'in', actor);
    await busy.operations.withdrawVrrp('VI_1', 'out', actor);
    await busy.operations.removeOwnFirewallRule('nft x', actor);
    assert.deepEqual(busy.told(), Array(3).fill({ what: 'firewall', ...actor }));
    assert.deepEqual(busy.refreshed, [{}, {}, {}]);
  });
});

describe('a drill', () => {
  const request = { instanceName: 'VI_1', action: 'give' as const, actor };

  it('waits until a change is confirmed, and is not told where it is refused', async (context) => {
    const { operations, told, refreshed } = await createCase(context, {
      confirmed: { find: () => ({ path: '/x', tag: 'a', remainingMs: 1 }) },
    });
    const outcome = await operations.runDrill(request as never);
    assert.deepEqual(outcome, {
      kind: 'refused',
      sentences: ['A change is waiting for confirmation. Keep it or roll it back first.'],
    });
    assert.deepEqual([told(), refreshed], [[], [{ withTracking: true }]]);
  });

  it('is one at a time', async (context) => {
    const { operations, exclusive } = await createCase(context, {
      confirmed: { find: () => ({ path: '/x', tag: 'a', remainingMs: 1 }) },
    });
    let release: () => void = () => undefined;
    const held = exclusive(() => new Promise<void>((resolve) => (release = resolve)));
    const first = operations.runDrill(request as never);
    assert.deepEqual(await operations.runDrill(request as never), {
      kind: 'refused',
      sentences: ['A drill is already running. Wait until it ends.'],
    });
    release();
    await held;
    assert.match(JSON.stringify(await first), /waiting for confirmation/);
    assert.match(JSON.stringify(await operations.runDrill(request as never)), /waiting for conf/);
  });
});

describe('what is only read', () => {
  it('makes a stored file from the packaged one at its first use', async (context) => {
    const { operations, parts } = await createCase(context);
    for (const id of ['stored-master', 'stored-backup']) {
      assert.equal((await parts.appliance.readConfigurationFile(id)).ok, false);
      const content = await operations.readConfigurationFile(id);
      assert.ok(content.ok, JSON.stringify(content));
      assert.match(content.text, id === 'stored-master' ? /state MASTER/ : /state BACKUP/);
    }
    const content = await operations.readConfigurationFile('live');
    assert.ok(content.ok);
    assert.equal(content.text, oldText);
    const files = await operations.listConfigurationFiles();
    assert.deepEqual(
      files.map(({ id, exists }) => [id, exists]),
      [
        ['live', true],
        ['stored-master', true],
        ['stored-backup', true],
      ],
    );
  });

  it('checks and previews a text without a trace', async (context) => {
    const { operations, told, refreshed, folder } = await createCase(context);
    const text = oldText.replace('interface eth0', '');
    const findings = await operations.checkConfiguration('live', text);
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['interface-missing'],
    );
    const preview = await operations.previewConfiguration('live', text);
    assert.deepEqual(preview.findings, findings);
    assert.deepEqual([told(), refreshed, readDaemonFile(folder).log], [[], [], []]);
  });

  it('is answered by the machine as it is asked', async (context) => {
    const asked: unknown[] = [];
    const answer = (name: string) => (argument?: unknown) => {
      asked.push(argument === undefined ? name : [name, argument]);
      return name as never;
    };
    const { operations } = await createCase(context, {
      machine: {
        ...{ readLog: answer('readLog'), exportLog: answer('exportLog') },
        ...{ readNewerLog: answer('readNewerLog'), followLog: answer('followLog') },
        readInstalledVersion: answer('readInstalledVersion'),
      },
      confirmed: { find: answer('find') },
    });
    const onLines = () => undefined;
    assert.deepEqual(
      [
        operations.readLog({ limit: 5 }),
        operations.exportLog({ filter: 'x' }),
        operations.readNewerLog('7', {}),
        operations.followLog(onLines),
        operations.readInstalledVersion(),
        operations.findWaitingChange(),
      ],
      ['readLog', 'exportLog', 'readNewerLog', 'followLog', 'readInstalledVersion', 'find'],
    );
    assert.deepEqual(asked, [
      ['readLog', { limit: 5 }],
      ['exportLog', { filter: 'x' }],
      ['readNewerLog', '7'],
      ['followLog', onLines],
      'readInstalledVersion',
      'find',
    ]);
  });

  it('has the notices, until they are dismissed', async (context) => {
    const { operations, parts } = await createCase(context);
    const id = await parts.notices.add('info', 'It was so.');
    assert.deepEqual(
      operations.readNotices().map(({ sentence }) => sentence),
      ['It was so.'],
    );
    await operations.dismissNotice(id);
    assert.deepEqual(operations.readNotices(), []);
  });

  it('has the versions, what they say, and what going back would do', async (context) => {
    const { operations, parts } = await createCase(context);
    const text = oldText.replace('10.9.0.100/24', '10.9.0.101/24');
    const { id } = await parts.versions.keep({
      ...{ fileId: 'live', path: '/x', text, tag: createTag(text), ...actor },
      ...{ action: 'edit', comment: '', outcome: 'live' },
    });
    const { records, files } = await operations.listVersions();
    assert.deepEqual(
      records.map((record) => record.id),
      [id],
    );
    assert.deepEqual(
      files.map((file) => [file.id, file.tag]),
      [
        ['live', createTag(oldText)],
        ['stored-master', undefined],
        ['stored-backup', undefined],
      ],
    );
    assert.equal((await operations.readVersion(id))?.text, text);
    assert.equal(await operations.findKeptText('live', createTag(text)), text);
    assert.equal(await operations.findKeptText('live', createTag('y')), undefined);
    const plan = await operations.planRestore(id);
    assert.equal(plan?.version.text, text);
    assert.ok(plan.current.ok);
    assert.match(plan.foresight.dangers.join(), /10\.9\.0\.100/);
    const none = '7f6c7a52-0000-4000-8000-000000000000';
    assert.equal(await operations.planRestore(none), undefined);
    const missing = await operations.restoreVersion({ versionId: none, expectedTag: null, actor });
    assert.deepEqual(missing, { plan: undefined, outcome: undefined });
  });
});

describe('a form', () => {
  it('keeps what its user typed where the file has changed since', async (context) => {
    const { operations, parts } = await createCase(context);
    const then = oldText.replace('priority 101', 'priority 90');
    await parts.versions.keep({
      ...{ fileId: 'live', path: '/x', text: then, tag: createTag(then), ...actor },
      ...{ action: 'edit', comment: '', outcome: 'live' },
    });
    const given = { priority: '90', virtualRouterId: '60' };
    const plan = await operations.planInstanceSettings('VI_1', given, createTag(then));
    assert.ok(plan.ok);
    assert.deepEqual(
      [plan.values.priority, plan.values.virtualRouterId, plan.meanwhile?.isRebased],
      ['101', '60', true],
    );
    const plain = await operations.planInstanceSettings('VI_1', given);
    assert.ok(plain.ok);
    assert.deepEqual([plain.values.priority, plain.meanwhile], ['90', undefined]);
    const role = await operations.planDefaultRole(
      'backup',
      { virtualAddress: '10.9.0.100/24' },
      createTag(then),
    );
    assert.deepEqual([role.role, role.values.virtualAddress], ['backup', '10.9.0.100/24']);
    assert.ok(role.meanwhile);
    assert.equal((await operations.planDefaultRole('master', {})).meanwhile, undefined);
  });
});
