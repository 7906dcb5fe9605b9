import type {
  ConfigurationFileContent,
  ConfigurationFileEntry,
  ConfigurationFileRole,
} from '../../../appliance/appliance.ts';
import type { Finding } from '../../../keepalived/config/rules/finding.ts';
import type { Foresight } from '../../../keepalived/foresight/foresight-result.ts';
import { describeFailure } from '../../view/change/apply-outcome.ts';
import type { Failure, FailureNotice } from '../../view/change/apply-outcome.ts';
import { describeFindings } from '../../view/change/findings.ts';
import type { FindingItem } from '../../view/change/findings.ts';
import { compareTexts } from '../../view/change/text-difference.ts';
import type { TextDifference } from '../../view/change/text-difference.ts';

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
  /** Of the installed keepalived: what it understands depends on it. */
  version: string | undefined;
  /** What the check said of the text, where it was asked. */
  findings: FindingItem[] | undefined;
  preview: Preview | undefined;
  failure: FailureNotice | undefined;
  conflict: Conflict | undefined;
}

/** What saving the text would change. */
interface Preview {
  difference: TextDifference;
  /** What it would do to the virtual IPs; undefined: nothing, or it would not be saved. */
  foresight: Foresight | undefined;
  /** The file is no longer the one that the text was made from. */
  isOutdated: boolean;
}

/** Both texts beside what they were made from. */
export interface Conflict {
  /** What somebody else changed; undefined: what it was made from is not known any more. */
  theirChange: TextDifference | undefined;
  yourChange: TextDifference | undefined;
  /** What saving this text would change in the file as it is now. */
  overwriting: TextDifference;
  isDeleted: boolean;
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
  { findings, version }: { findings?: Finding[] | undefined; version?: string | undefined } = {},
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
    consequence: getConsequence(files.find(({ id }) => id === content.id)?.role),
    version,
    findings: findings && describeFindings(findings, text),
    preview: undefined,
    failure: undefined,
    conflict: undefined,
  };
}

function getConsequence(role: ConfigurationFileRole | undefined): string {
  if (role === 'stored-master' || role === 'stored-backup') {
    return 'Checks the text, then saves it. It is not used until you set it as the default.';
  }
  return 'Checks the text, saves it, and loads it if keepalived is running. If keepalived fails with it, the previous file is restored.';
}

/** What the user has typed, and what the form was made from (null: there was no file). */
interface Typed {
  text: string;
  tag: string | null;
}

/** The page with the text that was typed, what saving it would change, and what the check says. */
export function describePreview(
  page: EditModel,
  { text, tag }: Typed,
  findings: Finding[],
  foresight: Foresight,
): EditModel {
  const isRefused = findings.some(({ severity }) => severity === 'fatal');
  const isForeseen = foresight.sentences.length + foresight.dangers.length > 0;
  return {
    ...page,
    text,
    tag: tag ?? '',
    problem: undefined,
    findings: describeFindings(findings, text),
    preview: {
      difference: compareTexts(page.text, text),
      foresight: isForeseen && !isRefused ? foresight : undefined,
      isOutdated: page.tag !== (tag ?? ''),
    },
  };
}

/**
 * The page after a save that failed: the user's text is kept, whatever happened.
 * @param base the text that the form was made from, where it is known
 */
export function describeFailedEdit(
  page: EditModel,
  { text, tag, base }: Typed & { base?: string | undefined },
  outcome: Failure,
): EditModel {
  const failed = { ...page, text, problem: undefined, failure: describeFailure(outcome, text) };
  if (outcome.kind !== 'conflict') return { ...failed, tag: tag ?? '' };
  const theirs = outcome.currentText ?? '';
  return {
    ...failed,
    // To save it again is to answer the conflict with open eyes.
    tag: outcome.currentTag ?? '',
    conflict: {
      theirChange: base === undefined ? undefined : compareTexts(base, theirs),
      yourChange: base === undefined ? undefined : compareTexts(base, text),
      overwriting: compareTexts(theirs, text),
      isDeleted: outcome.currentTag === null,
    },
  };
}
