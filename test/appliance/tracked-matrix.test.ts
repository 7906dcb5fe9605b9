/**
 * What keepalived makes of what it tracks, by its own account, against what the status says of it:
 * scripts, files, processes, each with weights, `reverse`, rise, fall and init_fail, all in one daemon.
 */
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { summarizeConfiguration } from '../../server/keepalived/config/questions.ts';
import {
  computePriority,
  createFindResult,
} from '../../server/keepalived/foresight/elections/effective-priority.ts';
import { parseConfiguration } from '../../server/keepalived/language/tree.ts';
import type { InstanceStatus } from '../../server/keepalived/status/status.ts';
import { judgeStatus } from '../../server/keepalived/status/status.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import { createEvidenceCollector } from '../../server/state/evidence-collector.ts';
import { describeWatching } from '../../server/web/pages/keepalived/watching.ts';
import {
  askUntil,
  end,
  preparePrivateMachine,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

interface Case {
  name: string;
  kind: 'script' | 'file' | 'process';
  isGood: boolean;
  weight: number;
  isReversed: boolean;
  /** Further lines of the definition. */
  more: string;
}

const basePriority = 100;
const weights = [0, 20, -20];
const turns = [false, true];

const cases: Case[] = (['script', 'file', 'process'] as const)
  .flatMap((kind) =>
    [true, false].flatMap((isGood) =>
      weights.flatMap((weight) =>
        turns.map((isReversed) => ({ kind, isGood, weight, isReversed, more: '' })),
      ),
    ),
  )
  .concat(
    ['rise 2\nfall 2', 'fall 3\ninit_fail', 'rise 2\ninit_fail'].flatMap((more) =>
      [true, false].flatMap((isGood) =>
        weights.map((weight) => ({
          ...{ kind: 'script' as const, isGood, weight },
          ...{ isReversed: false, more },
        })),
      ),
    ),
  )
  .map((one, index) => ({ ...one, name: `T${index}` }));

const words: Record<Case['kind'], (one: Case) => string> = {
  script: ({ isGood, more }) => `script /bin/${isGood ? 'true' : 'false'}\ninterval 1\n${more}`,
  file: ({ isGood }) => `file /run/${isGood ? 'zero' : 'minus'}`,
  // None runs: with `quorum_max 0` that is what is wanted.
  process: ({ isGood }) => `process no-such-program\n${isGood ? 'quorum_max 0' : 'quorum 1'}`,
};

const configuration = `global_defs {
  router_id test
  script_user root
}
${cases.map(define).join('\n')}
`;

function define(one: Case, index: number): string {
  const { name, kind, weight, isReversed } = one;
  const block = kind === 'script' ? 'vrrp_script' : `vrrp_track_${kind}`;
  return `${block} ${name} {
  ${words[kind](one).replaceAll('\n', '\n  ')}
  weight ${weight}${isReversed ? ' reverse' : ''}
}
vrrp_instance V${name} {
  state BACKUP
  interface eth0
  virtual_router_id ${index + 1}
  priority ${basePriority}
  advert_int 1
  virtual_ipaddress {
    10.9.1.${index + 1}/24
  }
  track_${kind} {
    ${name}
  }
}`;
}

/** By keepalived.conf(5): what is added; a file has the number 0 or -1. */
function expect({ kind, isGood, weight, isReversed }: Case) {
  if (weight === 0) {
    return { isFault: isGood === isReversed, priority: basePriority };
  }
  const sign = isReversed ? -1 : 1;
  const moved = kind === 'file' ? (isGood ? 0 : -weight) : isGood === weight > 0 ? weight : 0;
  return { isFault: false, priority: basePriority + sign * moved };
}

if (inPrivateNamespaces(import.meta.url)) {
  test(`${cases.length} ways to track, as keepalived takes them and as the status says`, async () => {
    preparePrivateMachine();
    writeFileSync('/run/zero', '0\n');
    writeFileSync('/run/minus', '-1\n');
    for (const path of ['/run/zero', '/run/minus']) chmodSync(path, 0o644);
    writeConfiguration(configuration);
    const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
    const daemon = startKeepalived();
    const appliance = await createAppliance(
      parseProgramOptions({ WAI_LOG: 'file:/run/messages', WAI_STATE_DIR: '/run/state' }),
    );
    try {
      const witnesses = createEvidenceCollector({ appliance, clock, onChange: () => undefined });
      const look = async () => {
        await witnesses.askDaemon();
        await Promise.all([witnesses.askRuntime(), witnesses.askNetwork()]);
        await witnesses.askConfiguration();
        await witnesses.askTracking();
        return judgeStatus(witnesses.evidence(), clock.monotonicMs()).instances;
      };
      const isSettled = (instances: InstanceStatus[]) =>
        cases.every((one) => {
          const seen = instances.find(({ name }) => name === `V${one.name}`);
          const { isFault, priority } = expect(one);
          return (
            seen?.state === (isFault ? 'Fault' : 'Active') && seen.priority.effective === priority
          );
        });
      const instances = await askUntil(look, isSettled, 30_000);
      const summary = summarizeConfiguration(parseConfiguration(configuration));
      const { tracking, network } = witnesses.evidence();
      const findResult = createFindResult(tracking?.value, network?.value);
      const wrong = cases.flatMap((one) => {
        const instance = instances.find(({ name }) => name === `V${one.name}`);
        const configured = summary.instances.find(({ name }) => name === `V${one.name}`);
        assert.ok(instance && configured, one.name);
        const { isFault, priority } = expect(one);
        const item = instance.watched.find(({ name }) => name === one.name);
        const [row] =
          describeWatching([instance], 0)[0]?.rows.filter(({ name }) => name === one.name) ?? [];
        const isFile = one.kind === 'file';
        // A file is good as far as its number asks nothing of this instance.
        const isGood = isFile ? !isFault && priority >= basePriority : one.isGood;
        const said = {
          state: instance.state,
          priority: instance.priority.effective,
          good: item?.good,
          isReversed: !isFile && item?.isReversed === true,
          forcesFault: item?.forcesFault,
          isCause: instance.reason?.includes(one.name) === true,
          saysFault: row?.effect.startsWith('Fault') === true,
        };
        const expected = {
          ...{ state: isFault ? 'Fault' : 'Active', priority },
          ...{ good: isGood, isReversed: !isFile && one.isReversed },
          ...{ forcesFault: one.weight === 0, isCause: isFault, saysFault: one.weight === 0 },
        };
        // What the foresight computes is of a time after a reload, which forgets a script's `reverse`.
        const foreseen = computePriority(configured, summary, findResult);
        const agrees =
          (one.kind === 'script' && one.isReversed) ||
          (foreseen.priority === priority && foreseen.faults.length > 0 === isFault);
        return JSON.stringify(said) === JSON.stringify(expected) && agrees
          ? []
          : [JSON.stringify({ one, said, expected, foreseen, reason: instance.reason })];
      });
      assert.equal(wrong.join('\n'), '');
    } finally {
      await end(daemon);
      await appliance.close();
    }
  });
}
