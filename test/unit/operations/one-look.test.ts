/** What one save asks of the machine, from the operation's call to its result. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { ApplyOutcome } from '../../../server/operations/outcomes.ts';
import { createTag } from '../../../server/shared/tag.ts';
import { createSaveProgram } from './save-program.ts';
import type { PortCall } from './save-program.ts';
import { oldText, textOf } from './simulated-parts.ts';

const actor = { userName: 'admin', remoteAddress: 'unix' };
type Program = Awaited<ReturnType<typeof createSaveProgram>>;
interface Consent {
  acceptedDangers?: string[];
  confirmedCommands?: string[];
}

function count(calls: PortCall[]) {
  const of = (...methods: string[]) =>
    calls.filter(({ method }) => methods.includes(method)).length;
  return {
    reads: calls.filter(
      ({ method, argument }) => method === 'readConfigurationFile' && argument === 'live',
    ).length,
    listings: of('listConfigurationFiles'),
    dumps: of('readRuntime', 'readTracking'),
  };
}

/**
 * Time as a quick machine has it: what is older than a second is asked again, and here only the number
 * of looks counts. However long this process has to wait, no step takes more than 20 ms.
 */
function hurryClock(context: TestContext): void {
  const readMs = performance.now.bind(performance);
  let lastMs = readMs();
  let nowMs = lastMs;
  context.mock.method(performance, 'now', () => {
    const realMs = readMs();
    nowMs += Math.min(realMs - lastMs, 20);
    lastMs = realMs;
    return nowMs;
  });
}

async function measure(
  context: TestContext,
  save: (operations: Program['operations'], consent: Consent) => Promise<ApplyOutcome | undefined>,
) {
  hurryClock(context);
  const { operations, calls, keeper } = await createSaveProgram(context);
  let outcome = await save(operations, {});
  if (outcome?.kind === 'needs-acceptance') {
    // What the keeper still asks because of this call is not of the next one.
    await keeper.refresh({ withTracking: true });
    calls.length = 0;
    const { dangers: acceptedDangers, addedCommands: confirmedCommands } = outcome;
    outcome = await save(operations, { acceptedDangers, confirmedCommands });
  }
  const asked = [...calls];
  assert.equal(outcome?.kind, 'live', JSON.stringify(outcome));
  return asked;
}

const expectedTag = createTag(oldText);
const newText = textOf('# new');
const script = 'vrrp_script chk {\n    script "/bin/true"\n    interval 5\n}\n';
const tracking = 'track_script {\n        chk\n    }';
const edit = { fileId: 'live', expectedTag, action: 'edit' as const, comment: '', actor };
const saves: Record<string, Parameters<typeof measure>[1]> = {
  'the editor': (operations, consent) =>
    operations.saveConfiguration({ ...edit, text: newText, ...consent }),
  'the editor, with a tracked script': (operations, consent) =>
    operations.saveConfiguration({ ...edit, text: `${script}${textOf(tracking)}`, ...consent }),
  'the editor, to be confirmed': (operations, consent) =>
    operations.saveConfiguration({
      ...{ ...edit, text: newText, confirmWithinSeconds: 90 },
      ...consent,
    }),
  'the settings form': async (operations, consent) =>
    (
      await operations.setInstanceSettings({
        ...{ instanceName: 'VI_1', given: { priority: '120' }, expectedTag, actor },
        ...consent,
      })
    ).outcome,
  'Set Default Master': async (operations, consent) =>
    (
      await operations.setDefaultRole({
        role: 'master',
        values: {
          virtualAddress: '10.9.0.101/24',
          interfaceName: 'eth0',
          healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
        },
        ...{ expectedTag, actor, ...consent },
      })
    ).outcome,
};

/** Every question to keepalived is a line in its log, and every reading may be of another moment. */
const once = { reads: 2, listings: 1, dumps: 2 };

describe('one save reads the files once, and asks keepalived before and after', () => {
  for (const [name, save] of Object.entries(saves)) {
    it(`from ${name}`, async (context) => {
      assert.deepEqual(count(await measure(context, save)), once);
    });
  }

  it('a preview has the check and the foresight of one look', async (context) => {
    hurryClock(context);
    const { operations, calls } = await createSaveProgram(context);
    const { findings, foresight } = await operations.previewConfiguration('live', newText);
    assert.deepEqual([findings, foresight.dangers], [[], []]);
    assert.deepEqual(count(calls), { reads: 1, listings: 1, dumps: 1 });
  });

  it('the preview of a form, too', async (context) => {
    hurryClock(context);
    const { operations, calls } = await createSaveProgram(context);
    const plan = await operations.planInstanceSettings('VI_1', { priority: '120' }, expectedTag);
    assert.ok(plan.ok && plan.foresight);
    assert.deepEqual(count(calls), { reads: 1, listings: 1, dumps: 1 });
  });
});

/** The functions of ours between the operation and the port, by the stack at the call. */
function functionsAt(calls: PortCall[], method: string): string[] {
  const stack = calls.find((call) => call.method === method)?.stack ?? '';
  return [...stack.matchAll(/at (?:async )?(?:Object\.)?(\S+) \(.*\/server\/([^:]+):/g)].map(
    ([, name, file]) => `${file}:${name}`,
  );
}

it('between the operation and the disk stand at most six functions, and ten before keepalived', async (context) => {
  const calls = await measure(context, (operations, consent) =>
    operations.saveConfiguration({ ...edit, text: newText, ...consent }),
  );
  const toDisk = functionsAt(calls, 'replaceConfigurationFile');
  assert.ok(toDisk.length > 0 && toDisk.length <= 6, toDisk.join('\n'));
  const toDaemon = functionsAt(calls, 'controlService');
  assert.ok(toDaemon.length > 0 && toDaemon.length <= 10, toDaemon.join('\n'));
});
