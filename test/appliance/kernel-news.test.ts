import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import type { Appliance } from '../../server/appliance/appliance.ts';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { openRecordLog } from '../../server/history/record-log.ts';
import type { NetworkReport } from '../../server/keepalived/proof/evidence.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import { failoverRecordSchema } from '../../server/state/failover-records.ts';
import { createStateKeeper } from '../../server/state/state-keeper.ts';
import { eventually } from '../lab/eventually.ts';
import {
  end,
  goodConfiguration,
  preparePrivateMachine,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

function defineTests(): void {
  it('is on the page before anybody was asked again: on a busy machine that takes its time', async (context) => {
    preparePrivateMachine();
    writeConfiguration(goodConfiguration);
    const child = startKeepalived();
    context.after(() => end(child));
    const machine = await createAppliance(
      parseProgramOptions({ WAI_SERVICE_MANAGER: 'supervised', WAI_STATE_DIR: '/run/state' }),
    );
    context.after(() => machine.close());
    let isBusy = false;
    const late: ((report: NetworkReport) => void)[] = [];
    const appliance: Appliance = {
      ...machine,
      readNetwork: () =>
        isBusy ? new Promise((resolve) => late.push(resolve)) : machine.readNetwork(),
    };
    const keeper = createStateKeeper({
      ...{ appliance, clock },
      failovers: await openRecordLog('/run/failovers.jsonl', failoverRecordSchema, 100),
      onProblem: (error) => {
        throw error;
      },
    });
    context.after(() => keeper.close());
    await keeper.start();
    const instance = () => keeper.current().status.instances[0];
    const see = (state: string) =>
      eventually(state, () => instance()?.state === state, { withinMs: 20_000, everyMs: 5 });
    await see('Active');

    const before = await machine.readNetwork();
    isBusy = true;
    const asked = keeper.refresh();
    await eventually('a question', () => late.length > 0);
    execFileSync('ip', ['address', 'del', '10.9.0.100/24', 'dev', 'eth0']);
    await see('Alarm');
    assert.equal(instance()?.serving, 'No');
    assert.match(instance()?.reason ?? '', /MASTER, but 10\.9\.0\.100 is not on eth0/);

    // The answer to a question from before the news does not undo it.
    const evidenceBefore = keeper.evidence().network;
    late.shift()?.(before);
    await eventually('the answer', () => keeper.evidence().network !== evidenceBefore);
    assert.equal(instance()?.serving, 'No');

    execFileSync('ip', ['address', 'add', '10.9.0.100/24', 'dev', 'eth0']);
    await see('Active');
    isBusy = false;
    const now = await machine.readNetwork();
    for (const answer of late) answer(now);
    await asked;
  });
}

if (inPrivateNamespaces(import.meta.url)) describe('what the kernel tells', defineTests);
