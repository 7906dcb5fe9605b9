import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planDrill } from '../../../../server/keepalived/maintenance/drill-plan.ts';
import type {
  DrillAction,
  DrillCase,
} from '../../../../server/keepalived/maintenance/drill-plan.ts';
import type { RuntimeInstance } from '../../../../server/keepalived/proof/evidence.ts';

type Changes = Partial<Omit<DrillCase, 'instance'>> & { instance?: Partial<RuntimeInstance> };

function plan(action: DrillAction, { instance, ...changes }: Changes = {}) {
  return planDrill(action, {
    instance: {
      ...{ name: 'VI_1', state: 'MASTER', wantedState: 'MASTER', interfaceName: 'eth0' },
      ...{ virtualRouterId: 51, version: 2, basePriority: 101, effectivePriority: 101 },
      ...{ advertIntervalSeconds: 1, nopreempt: false, lastTransitionAtMs: undefined },
      ...{ authentication: 'none', statistics: {} },
      addresses: [{ cidr: '10.9.0.100/24', interfaceName: 'eth0', claimedSet: true }],
      ...instance,
    },
    file: { name: 'm', path: '/m', addsToPriority: true, instanceNames: ['VI_1'] },
    ...{ value: 0, preemptDelaySeconds: 0, way: 'priority' },
    ...changes,
  });
}

/** What is written, and which way the address goes; or why nothing is. */
function steps(action: DrillAction, changes: Changes = {}): string {
  const result = plan(action, changes);
  if (!result.possible) return result.reason;
  const words = result.steps.map(({ value, movement }) =>
    movement ? `${value} ${movement.direction}` : String(value),
  );
  return [...words, ...(result.dangers.length > 0 ? ['danger'] : [])].join(', ');
}

const nopreempt = { instance: { nopreempt: true } };
const owner = { instance: { basePriority: 255, effectivePriority: 255 } };
const grouped = { file: { name: 'm', path: '/m', addsToPriority: false, instanceNames: ['VI_1'] } };
const standby = (instance: Partial<RuntimeInstance> = {}): Changes => ({
  instance: {
    ...{ state: 'BACKUP', basePriority: 100, effectivePriority: 100, masterPriority: 101 },
    ...instance,
  },
});

const cases: [string, DrillAction, Changes, string | RegExp][] = [
  ['a master steps down by its priority', 'standby', {}, '-253 lose'],
  ['by a fault, if that is chosen', 'standby', { way: 'fault' }, '-254 lose, -253, danger'],
  ['with nopreempt only a fault helps, and no more', 'standby', nopreempt, '-254 lose, 0, danger'],
  ['an address owner cannot', 'standby', owner, /^A server of priority 255/],
  ['nor a sync group', 'standby', grouped, /^This file can only cause a FAULT/],
  ['whoever stands by need not', 'standby', standby(), /^This server does not serve/],

  ['maintenance first hands over by the priority', 'maintenance', {}, '-253 lose, -254'],
  ['with nopreempt by a fault', 'maintenance', nopreempt, '-254 lose, danger'],
  ['so an address owner', 'maintenance', owner, '-254 lose, danger'],
  ['so a sync group', 'maintenance', grouped, '-254 lose, danger'],
  ['of a standby, while a master is heard', 'maintenance', standby(), '-254'],
  ['of the last one', 'maintenance', { instance: { state: 'BACKUP' } }, '-254, danger'],
  ['once is enough', 'maintenance', { value: -254 }, /^Maintenance is on already/],

  ['just above the master', 'take-over', standby(), '2 take'],
  ['by what it has itself', 'take-over', standby({ masterPriority: 99 }), '0 take'],
  ['with what a script takes', 'take-over', standby({ effectivePriority: 80 }), '22 take'],
  [
    'from a lowered priority',
    'take-over',
    { ...standby({ basePriority: 150, effectivePriority: 1 }), value: -253 },
    '0 take',
  ],
  ['up to 254', 'take-over', standby({ masterPriority: 253 }), '154 take'],
  ['and no further', 'take-over', standby({ masterPriority: 254 }), /^The master has priority 254/],
  [
    'never above 255',
    'take-over',
    standby({ masterPriority: 255 }),
    /^The master has priority 255/,
  ],
  ['nopreempt', 'take-over', standby({ nopreempt: true }), /^nopreempt is set/],
  ['in maintenance', 'take-over', { ...standby(), value: -254 }, /^This server is in maintenance/],
  [
    'nobody to take it from',
    'take-over',
    { instance: { state: 'BACKUP' } },
    /^No master sends advertisements here/,
  ],
  ['in FAULT', 'take-over', standby({ state: 'FAULT' }), /FAULT/],
  [
    'a wait that is too long',
    'take-over',
    { ...standby(), preemptDelaySeconds: 300 },
    /longer than this page can wait/,
  ],

  ['the end of a maintenance', 'end', { ...standby({ state: 'FAULT' }), value: -254 }, '0 take'],
  ['of a raised priority', 'end', { value: 2 }, '0 lose'],
  ['of nothing', 'end', {}, /^Already normal/],
  [
    'with nopreempt it comes back as a standby',
    'end',
    { ...standby({ state: 'FAULT', nopreempt: true }), value: -254 },
    '0',
  ],
];

describe('the plan of a drill', () => {
  for (const [what, action, changes, expected] of cases) {
    it(`${action}: ${what}`, () => {
      const found = steps(action, changes);
      if (typeof expected === 'string') assert.equal(found, expected);
      else assert.match(found, expected);
    });
  }

  it('names the address that may be lost, and for how long', () => {
    const result = plan('standby', nopreempt);
    assert.ok(result.possible);
    assert.match(
      result.dangers.join(),
      /^No server is known to take 10\.9\.0\.100: .* is not served for about 6\.6 s\.$/,
    );
  });
});
