/** The headline is the worst that is true: every state beside every alarm, alone and in pairs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { raise } from '../../../../../server/keepalived/status/alarms/alarm-codes.ts';
import { alarmCodes } from '../../../../../server/keepalived/status/status.ts';
import type { Alarm, StateWord } from '../../../../../server/keepalived/status/status.ts';
import { describeKeepalived } from '../../../../../server/web/pages/keepalived/view-model.ts';
import { sampleInstance, sampleSnapshot, stateReasons } from '../samples.ts';

type Tone = 'bad' | 'warn' | 'mute' | 'calm' | 'good';
/** Each state alone; a state that is added and not listed here does not compile. */
const ownTones: Record<StateWord, Tone> = {
  ...{ Active: 'good', Standby: 'calm', Stopped: 'mute' },
  ...{ Starting: 'warn', Unknown: 'warn', Fault: 'bad', Alarm: 'bad' },
};
const tones: readonly Tone[] = ['bad', 'warn', 'mute', 'calm', 'good'];
const toneOf = ({ severity }: Alarm): Tone => (severity === 'critical' ? 'bad' : 'warn');
const worst = (several: readonly Tone[]) => tones.find((tone) => several.includes(tone));

const alarms = alarmCodes.map((code) => raise(code, `The sentence of ${code}.`));
const pairs = alarms.flatMap((one) =>
  alarms.filter((other) => other !== one).map((other) => [one, other]),
);
const sets = [[], ...alarms.map((alarm) => [alarm]), ...pairs];
const held = {
  ...{ sinceMs: undefined, userName: undefined, isSoleCause: true, instanceName: 'VI_1' },
};

describe('the headline is the worst that is true', () => {
  for (const state of Object.keys(ownTones) as StateWord[]) {
    for (const owner of ['instance', 'machine'] as const) {
      test(`${state}, with every alarm and every pair of them of the ${owner}`, () => {
        for (const beside of sets) {
          const reason = stateReasons[state];
          const own = owner === 'instance' ? beside : [];
          const ofMachine = owner === 'machine' ? beside : [];
          const instances = [sampleInstance({ state, reason, alarms: own })];
          const model = describeKeepalived(sampleSnapshot({ instances, alarms: ofMachine }));
          const [headline] = model.headlines;
          const what = `${state} ${beside.map(({ code }) => code).join(' ')}`;
          assert.ok(headline);
          assert.equal(headline.tone, worst([ownTones[state], ...beside.map(toneOf)]), what);
          // Each is said once: by the headline, or in the list below it.
          const told = headline.told ? [headline.told] : [];
          const below = model.alarms.map(({ code }) => code);
          const said = [...told.map(({ code }) => code), ...below].toSorted();
          assert.deepEqual(said, beside.map(({ code }) => code).toSorted(), what);
          const isCritical = beside.some(({ severity }) => severity === 'critical');
          if (isCritical && state !== 'Alarm')
            assert.equal(headline.told?.severity, 'critical', what);
        }
      });
    }
  }

  test('planned maintenance is amber, and a critical alarm beside it leads', () => {
    for (const alarm of alarms) {
      const alarmsOfBoth = [raise('maintenance', 'Maintenance is on.'), alarm];
      const instances = [
        sampleInstance({ state: 'Fault', maintenance: held, alarms: alarmsOfBoth }),
      ];
      const [headline] = describeKeepalived(sampleSnapshot({ instances })).headlines;
      assert.equal(headline?.tone, toneOf(alarm), alarm.code);
      assert.equal(headline.word, toneOf(alarm) === 'bad' ? 'Alarm' : 'Maintenance');
    }
  });
});
