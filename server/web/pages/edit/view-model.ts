import type {
  ConfigurationFileContent,
  ConfigurationFileEntry,
  ConfigurationFileRole,
} from '../../../appliance/appliance.ts';
import type { Finding } from '../../../keepalived/config/rules/finding.ts';
import type { Foresight } from '../../../keepalived/foresight/foresight-result.ts';
import type { ChangeFrame } from '../../change-form/change-frame.ts';
import type { Failure } from '../../view/change/apply-outcome.ts';

/** What the page shows: the file on the disk, and what would be written over it. */
export interface EditPlan {
  files: ConfigurationFileEntry[];
  content: ConfigurationFileContent;
  /** Of the installed keepalived: what it understands depends on it. */
  version: string | undefined;
  /** With the line endings of the file; undefined: nothing was typed yet. */
  text: string | undefined;
  foresight: Foresight | undefined;
  /** What the check says, of a preview. */
  findings?: Finding[] | undefined;
  madeFrom: string | null | undefined;
}

/** What the page has beside the change form. */
export interface EditModel {
  files: { id: string; label: string; selected: boolean }[];
  fileId: string;
  path: string;
  /** As it was typed, else as the file has it. */
  text: string;
  /** Why there is nothing to edit. */
  problem: string | undefined;
  /** The file does not exist; saving creates it. */
  isNew: boolean;
  /** Of the installed keepalived: what it understands depends on it. */
  version: string | undefined;
}

const roleNames: Record<ConfigurationFileRole, string> = {
  live: 'Live configuration',
  'stored-master': 'Stored master configuration',
  'stored-backup': 'Stored backup configuration',
  included: 'Included file',
};

/** The page on a file as it is on the disk, with what was typed. */
export function describeEdit({ files, content, version, text }: EditPlan): EditModel {
  const isNew = !content.ok && content.problem === 'missing';
  return {
    files: files.map(({ id, role, path, exists }) => ({
      id,
      label: `${roleNames[role]}: ${path}${exists ? '' : ' (does not exist yet)'}`,
      selected: id === content.id,
    })),
    ...{ fileId: content.id, path: content.path, isNew, version },
    text: text ?? (content.ok ? content.text : ''),
    problem: content.ok || isNew || text !== undefined ? undefined : content.message,
  };
}

/** undefined: the file cannot be read, and nothing was typed that could be lost. */
export function frameEdit(
  { files, content, text, foresight, findings, madeFrom }: EditPlan,
  outcome?: Failure,
): ChangeFrame | undefined {
  if (!content.ok && content.problem !== 'missing' && text === undefined) return undefined;
  const isConflict = outcome?.kind === 'conflict';
  const currentTag = content.ok ? content.tag : null;
  const isOutdated = madeFrom !== undefined && madeFrom !== currentTag;
  return {
    ...{ fileId: content.id, path: content.path },
    // The file in the address: whoever must log in again comes back to it.
    action: `/keepalived/edit?file=${encodeURIComponent(content.id)}`,
    hidden: { file: content.id },
    ...{ currentTag, currentText: content.ok ? content.text : undefined },
    // To save it again is to answer the conflict with open eyes.
    keptTag: isConflict || madeFrom === undefined ? currentTag : madeFrom,
    ...{ newText: text, isBlocked: false, foresight, isChecked: true, hasText: true },
    ...(findings && { findings }),
    save: isConflict ? { label: 'Save mine', isDangerous: true } : { label: 'Save' },
    consequence: getConsequence(files.find(({ id }) => id === content.id)?.role),
    back: { href: '/keepalived', label: 'Cancel and return to Keepalived' },
    ...(isOutdated && !isConflict && { meanwhile }),
  };
}

function getConsequence(role: ConfigurationFileRole | undefined): string {
  if (role === 'stored-master' || role === 'stored-backup') {
    return 'Checks the text, then saves it. It is not used until you set it as the default.';
  }
  return 'Checks the text, saves it, and loads it if keepalived is running. If keepalived fails with it, the previous file is restored.';
}

const meanwhile = {
  sentence:
    'Someone changed the file after you opened it. The preview compares your text with the current file. Save shows both and lets you choose.',
  changes: [],
};
