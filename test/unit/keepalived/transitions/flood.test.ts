/** Whoever may write to the log as keepalived decides how many changes there are to explain. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLogLine } from '../../../../server/keepalived/runtime/log/log-lines.ts';
import { explainMessage } from '../../../../server/keepalived/runtime/messages/explain-message.ts';
import { findIncidents } from '../../../../server/keepalived/transitions/incidents.ts';
import { findTransitions } from '../../../../server/keepalived/transitions/transitions.ts';
import { measureCpuMs } from '../../../cpu-time.ts';
import { assertLinear } from '../../growth.ts';

const nowMs = new Date(2026, 10, 24).getTime();

/** Lines of one second. */
const linesOf = (count: number, message: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => `Nov 23 15:00:00 h Keepalived_vrrp[7]: ${message(at)}`);
const parse = (texts: string[]) => texts.map((text) => parseLogLine(text, nowMs));

const floods: Record<string, (at: number) => string> = {
  'one instance flaps': (at) => `(VI_1) Entering ${at % 2 ? 'MASTER' : 'BACKUP'} STATE`,
  'out of a fault, and into it': (at) => `(VI_1) Entering ${at % 2 ? 'FAULT' : 'BACKUP'} STATE`,
  'each line has an instance of its own': (at) => `(VI_${at}) Entering MASTER STATE`,
  'many instances, and keepalived stops': (at) =>
    at % 2 ? 'Stopping' : `(VI_${at}) Entering MASTER STATE`,
  'each change is a first state': (at) =>
    `(VI_1) Entering ${at % 2 ? 'MASTER' : 'BACKUP'} STATE (init)`,
};

describe('a flood of changes costs little for each', () => {
  for (const [name, message] of Object.entries(floods)) {
    it(name, () => {
      assertLinear(
        (length) => linesOf(Math.ceil(length / 8), message).join('\n'),
        (text) => findTransitions([], parse(text.split('\n')), new Map()),
      );
      const count = 2_000;
      const readMs = Math.min(
        ...[1, 2].map(() =>
          measureCpuMs(() =>
            parse(linesOf(count, message)).map((line) => explainMessage(line.message)),
          ),
        ),
      );
      const foundMs = Math.min(
        ...[1, 2].map(() => {
          const lines = parse(linesOf(count, message));
          return measureCpuMs(() => findTransitions([], lines, new Map()));
        }),
      );
      // Forty times as long, where two hundred lines were looked at for each change.
      assert.ok(
        foundMs < 8 * Math.max(readMs, 10),
        `${foundMs} ms; to read the lines: ${readMs} ms`,
      );
    });
  }

  it('of an incident that does not end', () => {
    const steps = (count: number) =>
      Array.from({ length: count }, (_, atMs) => ({
        ...{ atMs, instance: 'VI_1', from: 'MASTER' as const },
        to: atMs % 2 ? ('BACKUP' as const) : ('FAULT' as const),
      }));
    assertLinear(
      (length) => 'x'.repeat(length),
      ({ length }) => findIncidents(steps(length)),
    );
  });
});
