import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import test, { before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApplianceEvent } from '../../server/appliance/appliance.ts';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import { goodConfiguration, preparePrivateMachine } from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const options = parseProgramOptions({
  WAI_SERVICE_MANAGER: 'supervised',
  WAI_STATE_DIR: '/run/keepalived-wai',
  WAI_LOG: 'file:/var/log/messages',
});

/** Asks again until the answer is as wanted; 30 s at most. */
async function until<Answer>(ask: () => Promise<Answer>, isWanted: (answer: Answer) => boolean) {
  const deadlineMs = performance.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    assert.ok(performance.now() < deadlineMs, JSON.stringify(answer));
    await delay(100);
  }
}

if (inPrivateNamespaces(import.meta.url)) {
  before(() => {
    preparePrivateMachine();
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/var/log']);
  });

  test('from an empty folder to a served address, and an end that leaves keepalived alone', async (context) => {
    writeFileSync('/etc/keepalived/.keepalived-wai-0123456789abcdef', 'half a file');
    const appliance = await createAppliance(options);
    // Also after a failed assertion: what it watches would keep this process alive.
    context.after(async () => {
      await appliance.controlService('keepalived', 'stop');
      await appliance.close();
    });
    assert.equal(existsSync('/etc/keepalived/.keepalived-wai-0123456789abcdef'), false);
    const events = new Set<ApplianceEvent['about']>();
    await appliance.watch(({ about }) => events.add(about));

    assert.deepEqual(await appliance.readDaemon(), {
      state: 'stopped',
      stalePidFile: undefined,
      leftChildPids: [],
    });
    const missing = await appliance.readConfigurationFile('live');
    assert.ok(!missing.ok);
    assert.equal(missing.problem, 'missing');
    const tested = await appliance.testConfiguration('live', goodConfiguration);
    assert.deepEqual([tested.ran, tested.output], [true, '']);
    const unknown = await appliance.testConfiguration('../shadow', goodConfiguration);
    assert.equal(unknown.ran, false);
    const change = { text: goodConfiguration, expectedTag: null };
    const replaced = await appliance.replaceConfigurationFile('live', change);
    assert.equal(replaced.outcome, 'replaced');

    const started = await appliance.controlService('keepalived', 'start');
    assert.equal(started.result, 'ok', started.output);
    const daemon = await until(
      () => appliance.readDaemon(),
      ({ state }) => state === 'running',
    );
    const runtime = await until(
      () => appliance.readRuntime(),
      (report) => report.ok && report.instances[0]?.state === 'MASTER',
    );
    assert.ok(runtime.ok);
    assert.equal(runtime.instances[0]?.virtualRouterId, 51);
    const network = await appliance.readNetwork();
    assert.ok(network.ok);
    const eth0 = network.interfaces.find(({ name }) => name === 'eth0');
    assert.ok(eth0?.addresses.some(({ address }) => address === '10.9.0.100'));
    await until(
      () => Promise.resolve([...events]),
      (seen) =>
        (['network', 'configuration', 'daemon'] as const).every((about) => seen.includes(about)),
    );

    const [service] = await appliance.readServices();
    assert.deepEqual(
      [service?.name, service?.running],
      ['keepalived', { known: true, running: true }],
    );
    const log = await appliance.readLog({ limit: 10 });
    assert.ok(!log.ok);

    await appliance.close();
    assert.ok(daemon.state === 'running');
    assert.match(readFileSync(`/proc/${daemon.pid}/cmdline`, 'utf8'), /keepalived/);
  });
}
