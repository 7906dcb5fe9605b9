import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { before, it } from 'node:test';
import { createDaemonReader } from '../../server/appliance/daemon/daemon-process.ts';
import { hasProcessConnector } from '../../server/appliance/daemon/process-events.ts';
import { createDumpReaders } from '../../server/appliance/daemon/runtime-dump.ts';
import {
  askUntil,
  createDaemons,
  goodConfiguration,
  pidPath,
  preparePrivateMachine,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

if (inPrivateNamespaces(import.meta.url)) {
  before(preparePrivateMachine);

  it('in a network namespace keepalived counts no process, though one runs', async () => {
    const { remember, start, endAll } = createDaemons();
    remember(spawn('sleep', ['600'], { stdio: 'ignore' }));
    const definition = 'vrrp_track_process chk_sleep {\n  process sleep\n}\n';
    const tracking = 'track_process {\n    chk_sleep\n  }\n  virtual_ipaddress {';
    writeConfiguration(
      definition + goodConfiguration.replace('virtual_ipaddress {', () => tracking),
    );
    const daemon = start();
    try {
      const readDaemon = createDaemonReader(pidPath);
      const { readTracking } = createDumpReaders(readDaemon, '/run/dump-turn');
      await askUntil(readDaemon, ({ state }) => state === 'running');
      const report = await askUntil(readTracking, ({ ok }) => ok);
      assert.ok(report.ok, JSON.stringify(report));
      const process = report.items.find(({ kind }) => kind === 'process');
      assert.equal(process?.detail, '0 of 1 processes');
      assert.equal(await hasProcessConnector(daemon.pid), false);
      assert.equal(await hasProcessConnector(undefined), false);
      assert.equal(await hasProcessConnector(2 ** 30), undefined);
    } finally {
      await endAll();
    }
  });
}
