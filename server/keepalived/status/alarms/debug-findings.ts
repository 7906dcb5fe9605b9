/** What an examination on the Debug page has proved, and the witnesses cannot see by themselves. */
import type { Check, CheckId } from '../../diagnosis/check.ts';
import { raise } from './alarm-codes.ts';
import type { Alarm } from './alarm-codes.ts';

export interface DebugFinding extends Pick<Check, 'id' | 'sentence'> {
  instance: string;
  /** Wall clock, ms: when it was seen. */
  atMs: number;
  /** SHA-256 of the live file that was examined. */
  tag: string;
}

interface Examined {
  /** Wall clock, ms. */
  atMs: number;
  tag: string;
  /** Whether it was carried to its end, and heard all that it should. */
  isWhole: boolean;
}

/** They say that an address exists twice. */
const twice: readonly CheckId[] = ['split-brain', 'duplicate-address'];
/** What they rest on is in the status already, and newer. */
const seenByWitnesses: readonly CheckId[] = [
  ...(['interface', 'address-network', 'healthcheck', 'healthcheck-interval'] as const),
  ...(['script-run', 'tracked-script'] as const),
];

/**
 * What is proved after one more examination: what it found wrong, and what an earlier one did, where
 * this one could not tell.
 */
export function noteExamination(
  known: readonly DebugFinding[],
  checks: readonly Check[],
  { atMs, tag, isWhole }: Examined,
): DebugFinding[] {
  const found = checks
    .filter(({ id, verdict }) => verdict === 'wrong' && !seenByWitnesses.includes(id))
    .map(({ id, sentence, about }) => ({ id, sentence, instance: about.instance, atMs, tag }));
  const isOpen = ({ id, instance }: DebugFinding) =>
    !isWhole &&
    checks.some(
      (check) =>
        check.id === id && check.about.instance === instance && check.verdict === 'cannot-tell',
    );
  return [...known.filter(isOpen), ...found];
}

/**
 * The alarms of an instance that an examination is the reason for. A change of its state, and of the
 * file for what a setting explains, ends what was proved before it.
 */
export function judgeFindings(
  { name, lastTransitionAtMs }: { name: string; lastTransitionAtMs: number | undefined },
  findings: readonly DebugFinding[],
  tagNow: string | undefined,
): Alarm[] {
  // A stopped server is master of nothing; who else answers for its address stays true.
  const own = findings.filter(
    ({ id, instance, atMs }) =>
      instance === name &&
      (lastTransitionAtMs === undefined ? id === 'duplicate-address' : atMs >= lastTransitionAtMs),
  );
  const double = own.find(({ id }) => twice.includes(id));
  const other = own.find(
    ({ id, tag }) => !twice.includes(id) && (tagNow === undefined || tag === tagNow),
  );
  return [
    ...(double ? [{ ...raise('address-twice', double.sentence), foundAtMs: double.atMs }] : []),
    ...(other ? [{ ...raise('debug-finding', other.sentence), foundAtMs: other.atMs }] : []),
  ];
}
