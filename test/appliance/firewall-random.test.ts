import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { readFirewall } from '../../server/appliance/firewall/read-firewall.ts';
import { followPacket } from '../../server/keepalived/firewall/evaluate.ts';
import { createPacket, findPassing, loadRules, startAdvertising } from './advertising-pair.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';
import { createRandom } from './random-pairs.ts';
import { createRandomRules } from './random-rules.ts';

const seed = Number(process.env['WAI_TEST_SEED'] ?? '2026');
const count = Number(process.env['WAI_TEST_COUNT'] ?? '60');

const packets = (['in', 'out'] as const).flatMap((direction) => [
  createPacket(direction),
  createPacket(direction, 'inet6'),
]);

if (inPrivateNamespaces(import.meta.url)) {
  describe('random rules, against what the kernel does with real advertisements', () => {
    let stop: () => Promise<void>;

    before(async () => {
      stop = await startAdvertising();
    });

    after(() => stop());

    test(`no verdict is false (seed ${seed})`, async (context) => {
      const random = createRandom(seed);
      const told = { accepted: 0, dropped: 0, 'cannot-tell': 0 };
      const wrong: string[] = [];
      for (let at = 0; at < count; at += 1) {
        const rules = createRandomRules(random, at);
        loadRules(rules);
        const report = await readFirewall();
        assert.deepEqual(report.problems, []);
        const passing = await findPassing(packets);
        for (const [which, packet] of packets.entries()) {
          const fate = followPacket(packet, report.chains);
          told[fate.outcome] += 1;
          const isPassing = passing[which] === true;
          if (fate.outcome === 'cannot-tell' || (fate.outcome === 'accepted') === isPassing)
            continue;
          const text = [rules.nft, rules.iptables, rules.ip6tables].join('\n');
          const what = `${packet.direction} ${packet.family}: ${JSON.stringify(fate)}`;
          wrong.push(
            `${at} ${what}, but the kernel ${isPassing ? 'lets it pass' : 'drops it'}\n${text}`,
          );
        }
      }
      context.diagnostic(JSON.stringify(told));
      assert.deepEqual(wrong, [], wrong.join('\n'));
      // What only ever doubts is never wrong either.
      assert.ok(told['cannot-tell'] < count * packets.length * 0.4, JSON.stringify(told));
      assert.ok(told.accepted > 0 && told.dropped > 0, JSON.stringify(told));
    });
  });
}
