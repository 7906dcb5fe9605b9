import type {
  ConfigurationFileContent,
  ConfigurationFileEntry,
  ConfigurationFileRole,
} from '../../../appliance/appliance.ts';
import type { Finding } from '../../../keepalived/finding.ts';
import { describeFailure } from '../../view/apply-outcome.ts';
import type { Failure, FailureNotice } from '../../view/apply-outcome.ts';
import { describeFindings } from '../../view/findings.ts';
import type { FindingItem } from '../../view/findings.ts';
import { compareTexts } from '../../view/text-difference.ts';
import type { TextDifference } from '../../view/text-difference.ts';

export interface EditModel {
  files: { id: string; label: string; selected: boolean }[];
  fileId: string;
  path: string;
  text: string;
  tag: string;
  /** Why there is nothing to edit. */
  problem: string | undefined;
  /** The file does not exist; saving creates it. */
  isNew: boolean;
  /** What a click on Save does. */
  consequence: string;
  /** What the check said of the file as it was saved. */
  findings: FindingItem[];
  failure: FailureNotice | undefined;
  /** After a conflict: what saving this text would change in the file as it is now. */
  conflict: TextDifference | undefined;
}

const roleNames: Record<ConfigurationFileRole, string> = {
  live: 'Live configuration',
  'stored-master': 'Stored master configuration',
  'stored-backup': 'Stored backup configuration',
  included: 'Included file',
};

/** The page on a file as it is on the disk. */
export function describeEdit(
  files: ConfigurationFileEntry[],
  content: ConfigurationFileContent,
  findings: Finding[] = [],
): EditModel {
  const isNew = !content.ok && content.problem === 'missing';
  const text = content.ok ? content.text : '';
  return {
    files: files.map(({ id, role, path, exists }) => ({
      id,
      label: `${roleNames[role]}: ${path}${exists ? '' : ' (does not exist yet)'}`,
      selected: id === content.id,
    })),
    fileId: content.id,
    path: content.path,
    text,
    tag: content.ok ? content.tag : '',
    problem: content.ok || isNew ? undefined : content.message,
    isNew,
    consequence: consequenceOf(files.find(({ id }) => id === content.id)?.role),
    findings: describeFindings(findings, text),
    failure: undefined,
    conflict: undefined,
  };
}

function consequenceOf(role: ConfigurationFileRole | undefined): string {
  if (role === 'stored-master' || role === 'stored-backup') {
    return 'Checks the text, then stores it. Nothing runs it until it is set as the default.';
  }
  return 'Checks the text, saves it, and loads it if keepalived is running. If keepalived fails with it, the previous file is put back.';
}

/**
 * The page after a save that failed: the user's text is kept, whatever happened.
 * @param tag what the form was made from
 */
export function describeFailedEdit(
  page: EditModel,
  { text, tag }: { text: string; tag: string | null },
  outcome: Failure,
): EditModel {
  const failed = { ...page, text, problem: undefined, failure: describeFailure(outcome, text) };
  if (outcome.kind !== 'conflict') return { ...failed, tag: tag ?? '' };
  return {
    ...failed,
    // To save it again is to answer the conflict with open eyes.
    tag: outcome.currentTag ?? '',
    conflict: compareTexts(outcome.currentText ?? '', text),
  };
}
