import type { Foresight } from '../../../keepalived/foresight/foresight-result.ts';
import type { RestorePlan } from '../../../operations/versions/restore-version.ts';
import type { FailureNotice } from '../../view/change/apply-outcome.ts';
import { compareTexts } from '../../view/change/text-difference.ts';
import type { TextDifference } from '../../view/change/text-difference.ts';
import { describeVersion } from './version-words.ts';
import type { VersionWords } from './version-words.ts';

export interface RestoringModel {
  version: VersionWords;
  /** Of the file that was compared with; empty: there is none. */
  tag: string;
  /** Why it cannot be restored. */
  problem: string | undefined;
  difference: TextDifference;
  /** undefined: it stands in the failure already. */
  foresight: Foresight | undefined;
  failure: FailureNotice | undefined;
}

/** What bringing a version back will change, before it does. */
export function describeRestoring(
  { version, current, foresight }: RestorePlan,
  failure?: FailureNotice,
): RestoringModel {
  const isThere = current.ok || current.problem === 'missing';
  return {
    version: describeVersion(version.record),
    tag: current.ok ? current.tag : '',
    problem: isThere ? undefined : current.message,
    difference: compareTexts(current.ok ? current.text : '', version.text),
    foresight: failure?.dangers.length ? undefined : foresight,
    failure,
  };
}
