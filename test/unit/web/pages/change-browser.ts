/** An administrator's browser before the real operations, over real files and a simulated keepalived. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createPendingConfirmation } from '../../../../server/history/pending-confirmation.ts';
import { createRunningDrill } from '../../../../server/history/running-drill.ts';
import { createConfirmedChanges } from '../../../../server/operations/confirm/confirmed-change.ts';
import { createOperations } from '../../../../server/operations/create-operations.ts';
import { applyConfiguration } from '../../../../server/operations/live/apply-configuration.ts';
import { createMutex } from '../../../../server/shared/mutex.ts';
import { makeFolder } from '../../history/run-child.ts';
import { sampleConfiguration } from '../../keepalived/settings/samples.ts';
import { createSampleMachine } from '../../operations/sample-machine.ts';
import { addressesOf, configPathOf, writeDaemonFile } from '../../operations/simulated-machine.ts';
import { createSimulatedParts } from '../../operations/simulated-parts.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { createTestKeeper } from '../test-keeper.ts';

/** @param loaded what keepalived runs; undefined: it is stopped */
export async function openBrowser(t: TestContext, loaded?: string) {
  const folder = await makeFolder(t);
  mkdirSync(join(folder, 'etc'));
  writeFileSync(configPathOf(folder), sampleConfiguration, { mode: 0o600 });
  const running = loaded !== undefined;
  const held = running ? addressesOf(loaded) : [];
  writeDaemonFile(folder, { ...{ running, pid: 1, loaded: loaded ?? '' }, held, log: [] });
  const keeper = createTestKeeper();
  const simulated = await createSimulatedParts(folder);
  const sample = createSampleMachine('', 'stopped');
  /** The numbers that were written into tracked files. */
  const trackFiles = new Map<string, number>();
  const parts = {
    ...{ ...simulated, keeper },
    runningDrill: createRunningDrill({ directory: join(folder, 'state/history') }),
    appliance: {
      ...simulated.appliance,
      ...(!running && { readNetwork: () => sample.readNetwork() }),
      readInstalledVersion: () => Promise.resolve('2.2.7'),
      prepareTrackFile: (name: string) => Promise.resolve(join(folder, `maintenance-${name}`)),
      readTrackFile: (path: string) =>
        Promise.resolve({ ok: true as const, value: trackFiles.get(path) ?? 0 }),
      writeTrackFile(path: string, value: number) {
        trackFiles.set(path, value);
        return Promise.resolve({ ok: true as const });
      },
    },
  };
  const exclusive = createMutex();
  const confirmed = createConfirmedChanges({
    ...{ ...parts, exclusive },
    confirmations: createPendingConfirmation({ directory: join(folder, 'state/history') }),
    clock: { monotonicMs: () => 0, wallMs: () => 0 },
    apply: (request, seen) => applyConfiguration(parts, request, seen),
    onProblem: (error) => assert.fail(String(error)),
  });
  t.after(() => {
    confirmed.close();
  });
  const operations = createOperations({ ...parts, exclusive, confirmed });
  const { app, logText } = await createTestApp({ operations, keeper });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn();
  const readLive = () => readFileSync(configPathOf(folder), 'utf8');
  return { browser, folder, logText, readLive, versions: parts.versions, trackFiles };
}
export type Opened = Awaited<ReturnType<typeof openBrowser>>;

const unescaped = (html: string): string =>
  html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

/** Of the first field of this name; empty: there is none. */
export const valueOf = (html: string, name: string): string =>
  unescaped(new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '');
