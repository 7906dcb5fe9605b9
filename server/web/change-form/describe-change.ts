import { compareTexts } from '../../keepalived/secrets/text-difference.ts';
import { createTag } from '../../shared/tag.ts';
import { describeFailure } from '../view/change/apply-outcome.ts';
import type { Failure, FailureNotice } from '../view/change/apply-outcome.ts';
import type { FindingItem } from '../view/change/findings.ts';
import { describeGoingBack } from '../view/change/going-back.ts';
import type { Connection } from '../view/own-connection.ts';
import { judgeFields, longestComment } from './change-fields.ts';
import type { ChangeFields } from './change-fields.ts';
import type { ChangeFormModel, Focus, ShownComparison, ShownPreview } from './change-form-model.ts';
import type { ChangeFrame, Meanwhile } from './change-frame.ts';
import { describeAddedCommands } from './consent.ts';

/** What came of a form that was sent. */
export interface Answer {
  fields: ChangeFields;
  /** Of a save that failed. */
  outcome?: Failure;
  passwordProblem?: string | undefined;
  /** Of a preview. */
  findings?: FindingItem[] | undefined;
  /** What the form was made from; where the file is another one now, and that is kept. */
  baseText?: string | undefined;
  link?: (findings: readonly FindingItem[]) => FindingItem[];
}

/**
 * The change form of every page.
 * @param answer undefined: the form is opened
 * @param found what the check says of the file as it is, where that is shown of itself
 */
export function describeChange(
  request: Connection,
  frame: ChangeFrame,
  answer: Answer | undefined,
  found?: FindingItem[],
): ChangeFormModel {
  const { fields, outcome } = answer ?? {};
  const findings = answer?.findings ?? found;
  const failure = outcome && describeOwnFailure(frame, outcome, answer?.link);
  const problems = fields ? judgeFields(fields) : [];
  const errors = [...(frame.errors ?? []), ...problems];
  const model = {
    ...{ action: frame.action, hidden: frame.hidden, path: frame.path },
    tag: (frame.keptTag === undefined ? frame.currentTag : frame.keptTag) ?? '',
    ...{ failure, errors, findings },
    meanwhile: fields && describeMeanwhile(frame, fields, outcome),
    comment: {
      value: fields?.comment ?? '',
      longest: longestComment,
      error: problems.find(({ name }) => name === 'comment')?.error,
    },
    goingBack: frame.fileId.startsWith('stored-')
      ? undefined
      : describeGoingBack(request, [frame.currentText, frame.newText], fields),
    comparison: fields && compareWithBase(frame, fields, answer?.baseText, outcome),
    preview: describePreview(frame, failure, findings),
    addedCommands: describeAddedCommands(findAddedCommands(frame, fields, outcome), {
      proof: outcome?.kind === 'needs-acceptance' ? outcome.proof : undefined,
      problem: answer?.passwordProblem,
    }),
    asked:
      isPasswordAsked(outcome) && frame.newText !== undefined
        ? createTag(frame.newText)
        : undefined,
    save: frame.save,
    consequence: frame.consequence,
    back: frame.back,
    hasText: frame.hasText ?? false,
    isUnsaved: answer !== undefined,
  };
  return { ...model, focus: answer && findFocus(model, answer) };
}

function describeOwnFailure(
  { newText }: ChangeFrame,
  outcome: Failure,
  link: Answer['link'] = (findings) => [...findings],
): FailureNotice {
  const failure = describeFailure(outcome, newText ?? '');
  return { ...failure, findings: link(failure.findings) };
}

const isOutdated = ({ currentTag }: ChangeFrame, fields: ChangeFields): boolean =>
  currentTag !== (fields.overwrite === undefined ? fields.tag : fields.overwrite);

function describeMeanwhile(
  frame: ChangeFrame,
  fields: ChangeFields,
  outcome: Failure | undefined,
): Meanwhile | undefined {
  if (frame.meanwhile) return frame.meanwhile;
  // A conflict says it already.
  if (!isOutdated(frame, fields) || outcome?.kind === 'conflict') return undefined;
  const sentence = `Someone changed ${frame.path} after you opened this page. The preview compares with the current file.`;
  return { sentence, changes: [] };
}

function compareWithBase(
  frame: ChangeFrame,
  fields: ChangeFields,
  base: string | undefined,
  outcome: Failure | undefined,
): ShownComparison | undefined {
  if (!isOutdated(frame, fields)) return undefined;
  const { currentText, currentTag, newText, hasText = false } = frame;
  const isConflict = hasText && outcome?.kind === 'conflict';
  // Without what both began with, the difference below says all that is known.
  if (base === undefined && !isConflict) return undefined;
  const compare = (text: string | undefined) =>
    base === undefined ? undefined : compareTexts(base, text ?? '');
  return {
    isConflict,
    isDeleted: currentTag === null,
    theirs: compare(currentText),
    yours: hasText ? compare(newText) : undefined,
  };
}

function describePreview(
  { newText, currentText, isBlocked, foresight }: ChangeFrame,
  failure: FailureNotice | undefined,
  findings: FindingItem[] = [],
): ShownPreview | undefined {
  if (newText === undefined) {
    return isBlocked ? { difference: undefined, foresight: undefined } : undefined;
  }
  const isRefused = [...findings, ...(failure?.findings ?? [])].some(
    ({ severity }) => severity === 'fatal',
  );
  // What must be accepted stands in the failure then, once; what is refused does nothing.
  const isForeseen = !isRefused && !failure?.dangers.length;
  const hasWords = foresight && foresight.sentences.length + foresight.dangers.length > 0;
  return {
    difference: compareTexts(currentText ?? '', newText),
    foresight: isForeseen && hasWords ? foresight : undefined,
  };
}

/** What is asked now, else what the form was sent with: it may be confirmed already. */
function findAddedCommands(
  { foresight }: ChangeFrame,
  fields: ChangeFields | undefined,
  outcome: Failure | undefined,
): readonly string[] {
  if (isPasswordAsked(outcome)) return outcome.addedCommands;
  return foresight?.addedCommands ?? (outcome ? (fields?.commands ?? []) : []);
}

function isPasswordAsked(
  outcome: Failure | undefined,
): outcome is Extract<Failure, { kind: 'needs-acceptance' }> {
  return outcome?.kind === 'needs-acceptance' && outcome.addedCommands.length > 0;
}

function findFocus(
  model: Pick<
    ChangeFormModel,
    'failure' | 'meanwhile' | 'errors' | 'findings' | 'preview' | 'addedCommands'
  >,
  { passwordProblem }: Answer,
): Focus | undefined {
  if (passwordProblem !== undefined && model.addedCommands) return 'password';
  if (model.failure) return 'failure';
  if (model.meanwhile) return 'meanwhile';
  if (model.errors.some(({ error }) => error !== undefined)) return 'errors';
  if (model.findings?.length) return 'findings';
  return model.preview && 'preview';
}
