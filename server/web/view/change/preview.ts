import type { Operations } from '../../../operations/operations.ts';
import type { FailureNotice } from './apply-outcome.ts';
import { describeFindings } from './findings.ts';
import type { FindingItem } from './findings.ts';
import type { GoingBackForm } from './going-back.ts';

/** What a form that is shown again has beside its values. */
export interface ShownAgain {
  form?: GoingBackForm;
  failure?: FailureNotice;
  passwordProblem?: string | undefined;
  findings?: FindingItem[];
}

/**
 * What a save would be refused for is better known before.
 * @param newText of the live file; undefined: nothing would be written
 */
export async function checkPreview(
  { checkConfiguration }: Pick<Operations, 'checkConfiguration'>,
  newText: string | undefined,
): Promise<FindingItem[]> {
  if (newText === undefined) return [];
  return describeFindings(await checkConfiguration('live', newText), newText);
}
