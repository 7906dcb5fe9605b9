/** How a save and a reload end, and what each end leaves: the file, its version, what keepalived runs. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Appliance } from '../../../../server/appliance/appliance.ts';
import type { DaemonProcess } from '../../../../server/keepalived/proof/evidence.ts';
import type { ApplyDependencies } from '../../../../server/operations/dependencies.ts';
import {
  applyConfiguration,
  reloadConfiguration,
} from '../../../../server/operations/live/apply-configuration.ts';
import type { ApplyRequest } from '../../../../server/operations/live/apply-request.ts';
import type { ApplyOutcome } from '../../../../server/operations/outcomes.ts';
import { UserError } from '../../../../server/shared/errors.ts';
import { createTag } from '../../../../server/shared/tag.ts';
import { prepare } from '../simulated-folder.ts';
import { configPathOf, readDaemonFile, writeDaemonFile } from '../simulated-machine.ts';
import {
  createSimulatedParts,
  newTexts,
  oldText,
  readConfiguration,
  textOf,
} from '../simulated-parts.ts';
import type { Scenario } from '../simulated-parts.ts';
import { quicken } from './scripted-keepalived.ts';

const unknown: DaemonProcess = { state: 'unknown', reason: '/proc cannot be read' };
const actor = { userName: 'admin', remoteAddress: '10.0.0.9' };
const newText = newTexts.live;

interface Scene {
  scenario?: Scenario;
  machine?: (appliance: Appliance, folder: string) => Partial<Appliance>;
}

async function createScene(
  context: TestContext,
  { scenario = 'live', machine = () => ({}) }: Scene = {},
) {
  const folder = await prepare(context, scenario);
  const simulated = await createSimulatedParts(folder);
  const { appliance } = simulated;
  const loadedTags: string[] = [];
  const following = { now: 0, ever: 0 };
  const parts: ApplyDependencies = {
    ...simulated,
    appliance: { ...appliance, ...machine(appliance, folder) },
    keeper: {
      noteLoaded: (tag) => void loadedTags.push(tag),
      followAddressChanges() {
        following.now += 1;
        following.ever += 1;
        return () => void (following.now -= 1);
      },
    },
  };
  const save = (text: string, changes: Partial<ApplyRequest> = {}) =>
    applyConfiguration(parts, {
      ...{ fileId: 'live', text, expectedTag: createTag(oldText), actor, action: 'edit' },
      ...{ comment: 'why', ...changes },
    });
  return {
    ...{ folder, parts, save, loadedTags, following },
    versions: async () =>
      (await parts.versions.list()).map(({ fileId, outcome, userName, remoteAddress, comment }) =>
        [fileId, outcome, userName, remoteAddress, comment].join(' '),
      ),
    text: () => readConfiguration(folder),
    daemon: () => readDaemonFile(folder),
    isOpen: async () => (await parts.journal.findUnfinished()) !== undefined,
  };
}

type SceneOf = Awaited<ReturnType<typeof createScene>>;

/** Nothing on the disk, in the history or of keepalived is other than before. */
async function assertUntouched({ text, versions, daemon, isOpen, loadedTags }: SceneOf) {
  assert.equal(text(), oldText);
  assert.deepEqual([await versions(), await isOpen(), loadedTags], [[], false, []]);
  assert.deepEqual([daemon().loaded, daemon().log], [oldText, []]);
}

const messageOf = (outcome: ApplyOutcome): string => ('message' in outcome ? outcome.message : '');

describe('a save', () => {
  it('is live once keepalived is proved to run it, and tells what was seen', async (context) => {
    const scene = await createScene(context);
    const outcome = await scene.save(newText);
    assert.ok(outcome.kind === 'live', JSON.stringify(outcome));
    const { tag, findings, report, foreseen, observations, seen } = outcome;
    assert.deepEqual([tag, findings, observations], [createTag(newText), [], undefined]);
    assert.deepEqual([report?.command, report?.result], ['reload', 'ok']);
    assert.deepEqual([foreseen?.movements, foreseen?.baseline?.userName], [[], 'admin']);
    assert.equal(foreseen?.baseline?.before.daemon.state, 'running');
    assert.ok(foreseen.savedAtMs <= (seen?.atMs ?? 0));
    assert.equal(seen?.sighting.runtime?.ok, true);
    assert.deepEqual(
      [seen.configuration.ok, seen.configuration.tag, seen.configuration.summary.instances.length],
      [true, createTag(newText), 1],
    );
    assert.ok(seen.configuration.modifiedAtMs > 0);
    assert.deepEqual([scene.text(), scene.daemon().loaded], [newText, newText]);
    assert.deepEqual(await scene.versions(), [
      'live live admin 10.0.0.9 why',
      'live outside   First seen',
    ]);
    assert.deepEqual(scene.loadedTags, [createTag(newText)]);
    assert.deepEqual(scene.following, { now: 0, ever: 1 });
    assert.equal(await scene.isOpen(), false);
  });

  it('settles what was critical before, where it is live', async (context) => {
    const scene = await createScene(context);
    await scene.parts.notices.add('critical', 'It is broken.');
    await scene.parts.notices.add('info', 'It was so.');
    await scene.save(newText);
    assert.deepEqual(
      scene.parts.notices.list().map(({ sentence }) => sentence),
      ['It was so.'],
    );
  });

  it('of a keepalived that does not run is on the disk only', async (context) => {
    const scene = await createScene(context, { scenario: 'stopped' });
    assert.deepEqual(await scene.save(newText), {
      ...{ kind: 'saved', tag: createTag(newText), findings: [], reason: 'daemon-stopped' },
    });
    assert.deepEqual([scene.text(), scene.daemon().running], [newText, false]);
    assert.equal((await scene.versions())[0], 'live saved admin 10.0.0.9 why');
    assert.deepEqual([scene.loadedTags, await scene.isOpen()], [[], false]);
  });

  it('of a file that is not there makes it', async (context) => {
    const scene = await createScene(context, { scenario: 'stopped' });
    rmSync(configPathOf(scene.folder));
    const outcome = await scene.save(newText, { expectedTag: null });
    assert.equal(outcome.kind, 'saved', JSON.stringify(outcome));
    assert.deepEqual(await scene.versions(), ['live saved admin 10.0.0.9 why']);
    assert.equal(scene.text(), newText);
  });

  it('of a stored file moves nothing, also where keepalived cannot be seen', async (context) => {
    for (const machine of [() => ({}), () => ({ readDaemon: () => Promise.resolve(unknown) })]) {
      const scene = await createScene(context, { machine });
      const outcome = await scene.save(newText, { fileId: 'stored-master', expectedTag: null });
      assert.deepEqual(outcome, {
        ...{ kind: 'saved', tag: createTag(newText), findings: [], reason: 'stored-file' },
      });
      assert.deepEqual([scene.text(), scene.daemon().log, scene.loadedTags], [oldText, [], []]);
      assert.deepEqual(await scene.versions(), ['stored-master saved admin 10.0.0.9 why']);
    }
  });

  it('of a stored file, too, asks for the password of what it adds', async (context) => {
    const scene = await createScene(context);
    const script = 'vrrp_script chk {\n    script "/bin/true"\n}\n';
    const request = { fileId: 'stored-master', expectedTag: null };
    const asked = await scene.save(`${script}${newText}`, request);
    assert.ok(asked.kind === 'needs-acceptance', JSON.stringify(asked));
    assert.match(asked.message, /runs as root.*confirm it with your password/);
    assert.match(asked.addedCommands.join(), /\/bin\/true/);
    assert.deepEqual(asked.dangers, []);
    await assertUntouched(scene);
    const confirmedCommands = asked.addedCommands;
    const saved = await scene.save(`${script}${newText}`, { ...request, confirmedCommands });
    assert.equal(saved.kind, 'saved');
    const more = `vrrp_script two {\n    script "/bin/false"\n}\n${script}${newText}`;
    const { kind, ...again } = await scene.save(more, {
      ...{ fileId: 'stored-master', expectedTag: createTag(`${script}${newText}`) },
    });
    assert.equal(kind, 'needs-acceptance');
    assert.doesNotMatch(JSON.stringify(again), /bin\/true/, 'only what is new is asked');
  });
});

describe('a save that is not made', () => {
  it('where the file cannot be read, and says why', async (context) => {
    const scene = await createScene(context, {
      machine: () => ({
        readConfigurationFile: (id) =>
          Promise.resolve({
            ...{ ok: false, id, path: '/x', problem: 'unreadable', message: 'It cannot be read.' },
          }),
      }),
    });
    assert.deepEqual(await scene.save(newText), { kind: 'failed', message: 'It cannot be read.' });
    await assertUntouched(scene);
  });

  it('over a file that is another one than was opened', async (context) => {
    const scene = await createScene(context);
    const outcome = await scene.save(newText, { expectedTag: createTag('opened') });
    assert.ok(outcome.kind === 'conflict');
    assert.deepEqual([outcome.currentTag, outcome.currentText], [createTag(oldText), oldText]);
    await assertUntouched(scene);
  });

  it('with errors, which are counted', async (context) => {
    const scene = await createScene(context);
    const one = await scene.save(oldText.replace('interface eth0', ''));
    assert.ok(one.kind === 'refused');
    assert.equal(one.message, 'Nothing was changed. Fix the error to save.');
    assert.equal(one.findings.filter(({ severity }) => severity === 'fatal').length, 1);
    const two = await scene.save(
      oldText.replace('interface eth0', '').replace('virtual_router_id 51', ''),
    );
    assert.ok(two.kind === 'refused');
    assert.equal(two.message, 'Nothing was changed. Fix 2 errors to save.');
    await assertUntouched(scene);
  });

  it('of a keepalived that cannot be seen', async (context) => {
    const scene = await createScene(context, {
      machine: () => ({ readDaemon: () => Promise.resolve(unknown) }),
    });
    const outcome = await scene.save(newText);
    assert.equal(outcome.kind, 'failed');
    assert.match(messageOf(outcome), /^Nothing was changed\. .*\/proc cannot be read/);
    await assertUntouched(scene);
  });

  it('before what it does to an address is accepted, word for word', async (context) => {
    const scene = await createScene(context);
    const text = oldText.replace('10.9.0.100/24', '10.9.0.101/24');
    const asked = await scene.save(text);
    assert.ok(asked.kind === 'needs-acceptance', JSON.stringify(asked));
    assert.match(asked.message, /^Nothing was changed yet\. Read what the change would do/);
    assert.match(asked.dangers.join('\n'), /10\.9\.0\.100/);
    assert.deepEqual(asked.addedCommands, []);
    assert.equal((await scene.save(text, { acceptedDangers: ['another'] })).kind, asked.kind);
    await assertUntouched(scene);
    const accepted = await scene.save(text, { acceptedDangers: asked.dangers });
    assert.equal(accepted.kind, 'live', JSON.stringify(accepted));
    assert.equal(scene.daemon().loaded, text);
  });

  it('where the history cannot keep it', async (context) => {
    const scene = await createScene(context);
    const keep = () => Promise.reject(new UserError('history-full', 'It is full.'));
    scene.parts.versions = { ...scene.parts.versions, keep };
    assert.deepEqual(await scene.save(newText), {
      ...{ kind: 'failed', message: 'It is full. The configuration was not changed.' },
    });
    await assertUntouched(scene);
    const error = new Error('of ours');
    scene.parts.versions = { ...scene.parts.versions, keep: () => Promise.reject(error) };
    await assert.rejects(scene.save(newText), error);
  });

  it('where the journal cannot be begun: its version failed', async (context) => {
    const scene = await createScene(context);
    const begin = () => Promise.reject(new UserError('history-full', 'It is full.'));
    scene.parts.journal = { ...scene.parts.journal, begin };
    assert.match(messageOf(await scene.save(newText)), /^It is full\./);
    assert.equal((await scene.versions())[0], 'live failed admin 10.0.0.9 why');
    assert.equal(scene.text(), oldText);
  });
});

describe('a save that somebody comes between', () => {
  it('overwrites nothing that was written before it is installed', async (context) => {
    const scene = await createScene(context, {
      machine: (appliance, folder) => ({
        replaceConfigurationFile(id, change) {
          writeFileSync(configPathOf(folder), textOf('# theirs'));
          return appliance.replaceConfigurationFile(id, change);
        },
      }),
    });
    const outcome = await scene.save(newText);
    assert.ok(outcome.kind === 'conflict');
    assert.equal(outcome.currentText, textOf('# theirs'));
    assert.equal((await scene.versions())[0], 'live conflict admin 10.0.0.9 why');
    assert.deepEqual([scene.text(), scene.daemon().log], [textOf('# theirs'), []]);
    assert.equal(await scene.isOpen(), false);
  });

  it('loads nothing that was written after it', async (context) => {
    const scene = await createScene(context, {
      machine: (appliance, folder) => ({
        async replaceConfigurationFile(id, change) {
          const result = await appliance.replaceConfigurationFile(id, change);
          writeFileSync(configPathOf(folder), textOf('# theirs'));
          return result;
        },
      }),
    });
    const outcome = await scene.save(newText);
    assert.ok(outcome.kind === 'conflict', JSON.stringify(outcome));
    assert.deepEqual([scene.text(), scene.daemon().log], [textOf('# theirs'), []]);
    assert.equal((await scene.versions())[0], 'live conflict admin 10.0.0.9 why');
    assert.deepEqual([scene.loadedTags, scene.following.now, await scene.isOpen()], [[], 0, false]);
  });

  it('tells of a failed write what is on the disk', async (context) => {
    const failed = { outcome: 'failed', code: 'EIO', message: 'The disk is broken.' } as const;
    for (const isThere of [false, true]) {
      const scene = await createScene(context, {
        machine: (_appliance, folder) => ({
          replaceConfigurationFile(_id, { text }) {
            if (isThere) writeFileSync(configPathOf(folder), text);
            return Promise.resolve(failed);
          },
        }),
      });
      assert.deepEqual(await scene.save(newText), {
        ...{ kind: 'failed', message: 'The disk is broken.' },
      });
      const [version] = await scene.versions();
      assert.equal(version, `live ${isThere ? 'saved' : 'failed'} admin 10.0.0.9 why`);
      assert.deepEqual([scene.daemon().log, await scene.isOpen()], [[], false]);
    }
  });

  it('says nothing against a file whose keepalived somebody else stopped or restarted', async (context) => {
    for (const [isRestarted, says, kind] of [
      [
        true,
        /^Can’t tell whether the configuration works: somebody restarted keepalived /,
        'restored',
      ],
      [false, /^Can’t tell whether the configuration works\. keepalived was stopped /, 'restored'],
    ] as const) {
      const scene = await createScene(context, {
        machine: (appliance, folder) => ({
          controlService(service, action) {
            if (action !== 'reload') return appliance.controlService(service, action);
            const daemon = readDaemonFile(folder);
            const pid = isRestarted ? daemon.pid + 100 : daemon.pid;
            const loaded = isRestarted ? readConfiguration(folder) : daemon.loaded;
            writeDaemonFile(folder, { ...daemon, pid, loaded, running: isRestarted });
            return Promise.resolve({ command: 'reload', result: 'ok', exitCode: 0, output: '' });
          },
          readKeepalivedExit: (pid) => Promise.resolve(pid === 100 ? 'stopped' : undefined),
        }),
      });
      const outcome = await scene.save(newText);
      assert.equal(outcome.kind, kind, JSON.stringify(outcome));
      assert.match(messageOf(outcome), says);
      assert.equal(scene.text(), oldText);
    }
  });

  it('blames the file where keepalived ended by itself', async (context) => {
    const scene = await createScene(context, {
      machine: () => ({ readKeepalivedExit: () => Promise.resolve('failed') }),
    });
    const outcome = await scene.save(newTexts.deadly);
    assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
    assert.match(
      messageOf(outcome),
      /^The new configuration did not work: keepalived exited.*\. The previous configuration is running again\.$/,
    );
    assert.equal((await scene.versions())[0], 'live restored admin 10.0.0.9 why');
    assert.deepEqual([scene.text(), scene.daemon().loaded], [oldText, oldText]);
  });
});

describe('a save that takes keepalived long', () => {
  it('is live, and says how long and why', async (context) => {
    let left = 4;
    const scene = await createScene(context, {
      machine: (appliance) => ({
        async readNewerLog(after, filter) {
          const newer = await appliance.readNewerLog(after, filter);
          if (!newer.ok || newer.lines.length === 0) return newer;
          left -= 1;
          // “Reloading ...” is there, “Reload complete” is not yet.
          if (left > 0) return { ...newer, lines: newer.lines.slice(0, 1), newest: after };
          return newer;
        },
      }),
    });
    quicken(context, 100);
    const outcome = await scene.save(newText);
    assert.ok(outcome.kind === 'live', JSON.stringify(outcome));
    const [slow, ...others] = outcome.observations ?? [];
    assert.match(slow?.sentence ?? '', /^keepalived took \d+ s to read the file/);
    assert.deepEqual([slow?.asForeseen, others], [false, []]);
  });
});

describe('a reload', () => {
  it('of the file as it is, is proved, and leaves its version as one that works', async (context) => {
    const scene = await createScene(context);
    const outcome = await reloadConfiguration(scene.parts);
    assert.equal(outcome.kind, 'live', JSON.stringify(outcome));
    assert.deepEqual(scene.loadedTags, [createTag(oldText)]);
    assert.equal(await scene.isOpen(), false);
  });

  it('is not made where there is nothing to reload', async (context) => {
    const says = async (scene: Scene) => {
      const made = await createScene(context, scene);
      const outcome = await reloadConfiguration(made.parts);
      await assertUntouched(made);
      return [outcome.kind, messageOf(outcome)];
    };
    assert.deepEqual(await says({ scenario: 'stopped' }), [
      'failed',
      'keepalived is not running: start it instead.',
    ]);
    const [kind, message] = await says({
      machine: () => ({ readDaemon: () => Promise.resolve(unknown) }),
    });
    assert.equal(kind, 'failed');
    assert.match(message ?? '', /^Nothing was changed\. /);
    const gone = await says({
      machine: () => ({
        readConfigurationFile: (id) =>
          Promise.resolve({
            ...{ ok: false, id, path: '/x', problem: 'missing', message: 'There is none.' },
          }),
      }),
    });
    assert.deepEqual(gone, ['failed', 'There is none.']);
  });

  it('of a file that would end keepalived is refused', async (context) => {
    const scene = await createScene(context);
    writeFileSync(configPathOf(scene.folder), oldText.replace('interface eth0', ''));
    const outcome = await reloadConfiguration(scene.parts);
    assert.equal(outcome.kind, 'refused');
    assert.deepEqual([scene.daemon().log, scene.loadedTags], [[], []]);
  });

  it('of a file that others changed asks first', async (context) => {
    const scene = await createScene(context);
    assert.equal((await scene.save(newText)).kind, 'live');
    const text = newText.replace('10.9.0.100/24', '10.9.0.101/24');
    writeFileSync(configPathOf(scene.folder), text);
    const asked = await reloadConfiguration(scene.parts, {}, actor);
    assert.ok(asked.kind === 'needs-acceptance', JSON.stringify(asked));
    assert.match(asked.dangers.join('\n'), /10\.9\.0\.100/);
    assert.equal(scene.daemon().loaded, newText);
    const { dangers: acceptedDangers } = asked;
    assert.equal((await reloadConfiguration(scene.parts, { acceptedDangers }, actor)).kind, 'live');
    assert.equal(scene.daemon().loaded, text);
  });
});
