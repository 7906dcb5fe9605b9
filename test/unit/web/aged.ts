import assert from 'node:assert/strict';
import { sampleSnapshot, wallMs } from './pages/samples.ts';

interface Aged {
  at: string;
  evidenceAgeMs: number | null;
}

/**
 * Asserts that the sample status is told as old as it is: its time and its age have grown by the same,
 * and by no more than has passed.
 * @param beganAtMs before it was told (`performance.now()`)
 */
export function assertSampleAge({ at, evidenceAgeMs }: Aged, beganAtMs: number): void {
  const grownMs = Date.parse(at) - wallMs;
  const { evidenceAgeMs: ageMs = 0 } = sampleSnapshot().status;
  assert.ok(grownMs >= 0 && grownMs <= Math.ceil(performance.now() - beganAtMs), at);
  // Both are rounded.
  assert.ok(
    Math.abs((evidenceAgeMs ?? NaN) - ageMs - grownMs) <= 1,
    `${String(evidenceAgeMs)} at ${at}`,
  );
}
