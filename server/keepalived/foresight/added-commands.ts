import { findPrivilegedStatements } from '../config/privileged-statements.ts';
import type { PrivilegedStatement } from '../config/privileged-statements.ts';

/**
 * What a change has keepalived run, write, read or send that it did not before, and what it lets run
 * as somebody else. Whoever may save that is root: `notify_master "…" root` runs as root whatever
 * `script_user` says, and `init_file … overwrite` writes a file of root's (measured, 2.2.7).
 * @param before the files as they are
 * @param after as they shall be
 * @returns each in a sentence that names it
 */
export function findAddedCommands(
  before: readonly { text: string }[],
  after: readonly { text: string }[],
): string[] {
  const old = findPrivilegedStatements(before);
  const next = findPrivilegedStatements(after);
  const isNew = without(old);
  const isGone = without(next);
  const sentences = [
    ...next.filter((one) => isNew(one) && isAddition(one, old)).map(describeAddition),
    ...old.filter((one) => one.isSafeguard && isGone(one)).map(describeRemoval),
  ];
  return [...new Set(sentences)];
}

function without(statements: readonly PrivilegedStatement[]) {
  const ids = new Set(statements.map(({ id }) => id));
  return ({ id }: PrivilegedStatement): boolean => !ids.has(id);
}

/** What the packaged configurations say is this program's own, as long as nothing else is there. */
function isAddition(
  { privilege, isPackaged, text }: PrivilegedStatement,
  old: readonly PrivilegedStatement[],
): boolean {
  if (isPackaged || privilege === 'protect') return false;
  const wasOurs = old.every((one) => one.isPackaged || one.privilege === 'protect');
  return !(wasOurs && text === '“script_user root”');
}

const consequences: Record<PrivilegedStatement['privilege'], string> = {
  run: 'runs a program',
  'choose-user': 'chooses who runs programs',
  protect: '',
  weaken: 'lets programs be run that are checked less',
  write: 'writes a file or makes one',
  read: 'takes in what another file says',
  mail: 'sends mail',
  hidden: 'may run a program: only keepalived can tell',
};

function describeAddition({ place, text, privilege }: PrivilegedStatement): string {
  return `${placed(place)}${text} ${consequences[privilege]}.`;
}

function describeRemoval({ place, text }: PrivilegedStatement): string {
  return `${placed(place)}${text} is no longer there: programs may run as another user, or without a check.`;
}

const placed = (place: string): string => (place === '' ? '' : `${place}: `);
