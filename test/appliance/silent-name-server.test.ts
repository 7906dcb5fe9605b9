import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { ApplyDependencies } from '../../server/operations/dependencies.ts';
import { applyConfiguration } from '../../server/operations/live/apply-configuration.ts';
import { eventually } from '../lab/eventually.ts';
import {
  becomeMaster,
  configuration,
  createParts,
  holds,
  readConfiguration,
  save,
  createTag,
  virtualAddress,
  watchAddress,
} from './apply-harness.ts';
import { inLabServer } from './in-lab-server.ts';

const named = configuration().replace('global_defs {', 'global_defs {\n    router_id here');
/** Without router_id keepalived looks up this server's own name, in the main and the VRRP process. */
const nameless = configuration().replace('priority 101', 'priority 103');

if (inLabServer(import.meta.url)) {
  describe('a reload that waits for a silent name server', { concurrency: false }, () => {
    let parts: ApplyDependencies;
    const silent = createSocket('udp4');
    before(async () => {
      silent.bind(53, '127.0.0.1');
      await once(silent, 'listening');
      writeFileSync('/etc/hosts', '127.0.0.1 localhost\n');
      writeFileSync('/etc/resolv.conf', 'nameserver 127.0.0.1\n');
      execFileSync('hostname', ['not-in-hosts']);
      parts = await createParts();
      await becomeMaster(parts, named);
    });
    after(async () => {
      await parts.appliance.close();
      silent.close();
    });

    it('is a danger, told with its cause before anything is written', async () => {
      const outcome = await applyConfiguration(parts, {
        ...{ fileId: 'live', text: nameless, expectedTag: createTag(named), action: 'edit' },
        ...{ actor: { userName: 'admin', remoteAddress: 'unix' }, comment: '' },
      });
      assert.equal(outcome.kind, 'needs-acceptance', JSON.stringify(outcome));
      assert.match(
        outcome.dangers.join('\n'),
        /no router_id, .* own name, not-in-hosts, .* another server may take 10\.9\.0\.100 while/,
      );
      assert.equal(readConfiguration(), named);
    });

    it('is waited for, not rolled back, and its cause is reported', async (context) => {
      const watch = await watchAddress();
      const startedMs = performance.now();
      const outcome = await save(parts, nameless);
      const tookMs = performance.now() - startedMs;
      const losses = await watch.end();
      context.diagnostic(`the save took ${Math.round(tookMs)} ms`);
      assert.equal(outcome.kind, 'live', JSON.stringify(outcome));
      const runtime = await parts.appliance.readRuntime();
      assert.ok(runtime.ok && runtime.instances[0]?.basePriority === 103, JSON.stringify(runtime));
      assert.match(
        outcome.observations?.map(({ sentence }) => sentence).join('\n') ?? '',
        /^keepalived took \d\d s to read the file, most likely because no name server .*own name/,
      );
      // Else nothing was waited for, and this test proves nothing.
      assert.ok(tookMs > 9_000, `${tookMs} ms`);
      assert.equal(losses, 0);
    });

    it('a mail server’s name that cannot be looked up is reported, and keeps nobody from saving or starting', async () => {
      const mail = named.replace('router_id here', 'router_id here\n    smtp_server mail.example');
      const outcome = await save(parts, mail);
      assert.equal(outcome.kind, 'live', JSON.stringify(outcome));
      const remark = outcome.findings.find(({ code }) => code === 'smtp-server-not-looked-up');
      assert.equal(remark?.severity, 'warning', JSON.stringify(outcome.findings));
      assert.match(
        remark.message,
        /^The name mail\.example could not be looked up: .* name server/,
      );
      assert.match(remark.message, /keepalived starts anyway/);
      const stopped = await parts.appliance.controlService('keepalived', 'stop');
      assert.equal(stopped.result, 'ok', stopped.output);
      const started = await parts.appliance.controlService('keepalived', 'start');
      assert.equal(started.result, 'ok', started.output);
      await eventually('the virtual address', () => holds(parts.appliance, virtualAddress), {
        withinMs: 60_000,
      });
    });

    it('is none where there is a router_id', async () => {
      const outcome = await save(parts, named);
      assert.equal(outcome.kind, 'live', JSON.stringify(outcome));
      assert.equal(outcome.observations, undefined);
    });
  });
}
