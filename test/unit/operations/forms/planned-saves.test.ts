/** Saves whose text is made here: what is handed on to be applied, and what is told instead. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Appliance } from '../../../../server/appliance/appliance.ts';
import type { VersionStore } from '../../../../server/history/versions/version-store.ts';
import { createPlannedSaves } from '../../../../server/operations/forms/planned-saves.ts';
import type { ApplyRequest } from '../../../../server/operations/live/apply-request.ts';
import type { ApplyOutcome } from '../../../../server/operations/outcomes.ts';
import { createTag } from '../../../../server/shared/tag.ts';
import { createSampleMachine, sampleRuntime } from '../sample-machine.ts';

const text = `vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 101
    virtual_ipaddress {
        192.168.0.100/24
    }
}
`;
const others = text.replace('101', '102');
const actor = { userName: 'maria', remoteAddress: '192.0.2.7' };
const expectedTag = createTag(text);
const roleValues = {
  virtualAddress: '192.168.0.101/24',
  interfaceName: 'eth0',
  healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
};

interface Version {
  text: string;
  record: { id: string; fileId: string; tag: string; keptAtMs: number };
}

/** A server whose change ends with this outcome; `onApply` happens meanwhile. */
function createServer({
  now = text,
  outcome = { kind: 'live' },
  onApply,
  changes = {},
}: {
  now?: string;
  outcome?: Partial<ApplyOutcome>;
  onApply?: () => void;
  changes?: Partial<Appliance>;
} = {}) {
  let looks = 0;
  const applied: ApplyRequest[] = [];
  const written: [string, number][] = [];
  const machine = createSampleMachine(now, [sampleRuntime()]);
  const appliance = {
    ...machine,
    listConfigurationFiles: () => {
      looks += 1;
      return machine.listConfigurationFiles();
    },
    prepareTrackFile: () => Promise.resolve('/var/lib/keepalived-wai/maintenance/VI_1'),
    writeTrackFile: (path: string, value: number) => {
      written.push([path, value]);
      return Promise.resolve({ ok: true });
    },
    probeHealthcheck: () => Promise.resolve({ outcome: { kind: 'ok', httpStatus: 200 } }),
    findScriptObstacle: () => Promise.resolve(undefined),
    readTrackFile: () => Promise.resolve({ ok: true, value: 0 }),
    ...changes,
  } as unknown as Appliance;
  const kept: Version = {
    text: others,
    record: { id: 'v1', fileId: 'live', tag: createTag(others), keptAtMs: Date.UTC(2026, 0, 2) },
  };
  const versions = {
    read: (id: string) => Promise.resolve(id === 'v1' ? kept : undefined),
    list: () => Promise.resolve([]),
  } as unknown as VersionStore;
  const confirmed = {
    apply: (request: ApplyRequest) => {
      applied.push(request);
      onApply?.();
      return Promise.resolve(outcome as ApplyOutcome);
    },
  } as unknown as Parameters<typeof createPlannedSaves>[0]['confirmed'];
  const saves = createPlannedSaves({ appliance, versions, confirmed });
  return { saves, applied, written, looks: () => looks };
}

describe('the settings form', () => {
  const request = { instanceName: 'VI_1', given: { priority: '120' }, expectedTag, actor };

  it('saves what it changed, says what in the comment, and hands the consent on', async () => {
    const { saves, applied, looks } = createServer();
    const consent = { acceptedDangers: ['It moves.'], comment: 'for the test' };
    const { outcome } = await saves.setInstanceSettings({ ...request, ...consent });
    assert.equal(outcome?.kind, 'live');
    const [given] = applied;
    assert.equal(given?.text, text.replace('101', '120'));
    assert.deepEqual(
      [given.fileId, given.action, given.expectedTag],
      ['live', 'settings', expectedTag],
    );
    assert.deepEqual([given.actor, given.acceptedDangers], [actor, ['It moves.']]);
    assert.match(given.comment, /^Settings of VI_1: priority\. for the test$/);
    assert.equal(looks(), 1);
  });

  it('saves nothing where nothing is changed, or a value is wrong', async () => {
    for (const priority of ['101', '0', '300']) {
      const { saves, applied } = createServer();
      const { outcome } = await saves.setInstanceSettings({ ...request, given: { priority } });
      assert.deepEqual([outcome, applied], [undefined, []], priority);
    }
    const { saves, applied } = createServer();
    const unknown = await saves.setInstanceSettings({ ...request, instanceName: 'VI_9' });
    assert.deepEqual([unknown.plan.ok, unknown.outcome, applied], [false, undefined, []]);
  });

  it('is a conflict where the file is another, and nothing is applied', async () => {
    const { saves, applied } = createServer({ now: others });
    const { plan, outcome } = await saves.setInstanceSettings(request);
    assert.equal(outcome?.kind, 'conflict');
    assert.ok(plan.ok && plan.foresight, 'what it would do now is shown');
    assert.deepEqual(applied, []);
  });

  it('looks again where the change touched the files, and plans on what is there', async () => {
    for (const [kind, looksExpected] of [
      ['restored', 2],
      ['restore-failed', 2],
      ['conflict', 2],
      ['refused', 1],
      ['needs-acceptance', 1],
    ] as const) {
      const { saves, looks } = createServer({ outcome: { kind } });
      const { plan, outcome } = await saves.setInstanceSettings(request);
      assert.equal(outcome?.kind, kind);
      assert.ok(plan.ok && plan.newText === text.replace('101', '120'), kind);
      assert.equal(looks(), looksExpected, kind);
    }
  });
});

describe('Set Default', () => {
  const request = { role: 'backup' as const, values: roleValues, expectedTag, actor };

  it('saves the role, under its name', async () => {
    const { saves, applied } = createServer({ outcome: { kind: 'saved' } });
    const { outcome } = await saves.setDefaultRole(request);
    assert.equal(outcome?.kind, 'saved');
    assert.deepEqual(
      applied.map(({ action, comment, fileId }) => [action, comment, fileId]),
      [['default-backup', 'Set Default Backup', 'live']],
    );
    assert.match(applied[0]?.text ?? '', /192\.168\.0\.101\/24/);
    const master = createServer();
    await master.saves.setDefaultRole({ ...request, role: 'master' });
    assert.deepEqual(
      master.applied.map(({ action, comment }) => [action, comment]),
      [['default-master', 'Set Default Master']],
    );
  });

  it('saves nothing of wrong values, and is a conflict where the file is another', async () => {
    const wrong = createServer();
    const values = { ...roleValues, virtualAddress: 'nowhere' };
    const { plan, outcome } = await wrong.saves.setDefaultRole({ ...request, values });
    assert.deepEqual([plan.newText, outcome, wrong.applied], [undefined, undefined, []]);
    const changed = createServer({ now: others });
    const conflict = await changed.saves.setDefaultRole(request);
    assert.deepEqual([conflict.outcome?.kind, changed.applied], ['conflict', []]);
  });
});

describe('the maintenance file', () => {
  const request = { instanceName: 'VI_1', expectedTag, actor };

  it('is set to 0 before keepalived begins to watch it', async () => {
    let writtenBefore = -1;
    const server = createServer({ onApply: () => (writtenBefore = server.written.length) });
    const { outcome } = await server.saves.setUpDrill(request);
    assert.equal(outcome.kind, 'live');
    assert.deepEqual(server.written, [['/var/lib/keepalived-wai/maintenance/VI_1', 0]]);
    assert.equal(writtenBefore, 1);
    const [given] = server.applied;
    assert.deepEqual([given?.action, given?.comment], ['drill', 'Maintenance file of VI_1']);
    assert.match(given?.text ?? '', /track_file wai_maintenance_VI_1/);
  });

  it('is not set up where it is already, where there is no instance, or it cannot be written', async () => {
    const ready = text
      .replace(/^/, 'track_file maintenance {\n    file "/run/maintenance"\n    weight 1\n}\n')
      .replace('    priority', '    track_file {\n        maintenance\n    }\n    priority');
    const refused = { ok: false as const, message: 'It is full.' };
    for (const [message, server, instanceName] of [
      [
        'It is already set up.',
        createServer({
          now: ready,
          changes: {
            readTracking: () => Promise.resolve({ ok: false, reason: '' }),
          },
        }),
      ],
      ['The configuration has no vrrp_instance “VI_9”.', createServer(), 'VI_9'],
      [
        'It is full.',
        createServer({ changes: { writeTrackFile: () => Promise.resolve(refused) } }),
      ],
    ] as const) {
      const { outcome } = await server.saves.setUpDrill({
        ...request,
        instanceName: instanceName ?? 'VI_1',
      });
      assert.deepEqual(outcome, { kind: 'failed', message });
      assert.deepEqual(server.applied, []);
    }
  });

  it('is shown as it would be now where it was not saved', async () => {
    const { saves } = createServer({ outcome: { kind: 'needs-acceptance' } });
    const { plan } = await saves.setUpDrill(request);
    assert.ok(plan.kind === 'to-set-up');
    assert.match(plan.setUp.newText, /wai_maintenance_VI_1/);
  });
});

describe('an old version', () => {
  it('is applied as it was kept, and says of when it is', async () => {
    const { saves, applied } = createServer();
    const request = { versionId: 'v1', expectedTag, actor, comment: 'because' };
    const { plan, outcome } = await saves.restoreVersion(request);
    assert.equal(outcome?.kind, 'live');
    assert.equal(plan?.version.text, others);
    const [given] = applied;
    assert.deepEqual([given?.text, given?.action, given?.fileId], [others, 'restore', 'live']);
    assert.match(given?.comment ?? '', /As of 2026-01-02T00:00:00\.000Z.*because/);
  });

  it('that is not kept any more is not applied', async () => {
    const { saves, applied } = createServer();
    const { plan, outcome } = await saves.restoreVersion({ versionId: 'v2', expectedTag, actor });
    assert.deepEqual([plan, outcome, applied], [undefined, undefined, []]);
  });

  it('that was refused is shown again, with what it would do', async () => {
    const { saves } = createServer({ outcome: { kind: 'refused' } });
    const { plan } = await saves.restoreVersion({ versionId: 'v1', expectedTag, actor });
    assert.equal(plan?.version.text, others);
  });
});
