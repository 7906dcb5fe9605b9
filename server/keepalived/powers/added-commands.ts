import { createHash } from 'node:crypto';
import { needsPassword } from './power-words.ts';
import { findPrivilegedStatements } from './privileged-statements.ts';
import type { PrivilegedStatement } from './privileged-statements.ts';

/** What a change has keepalived do besides VRRP, each in a sentence that names it. */
export interface AddedPowers {
  /** Runs, reads, writes or mails as root, or lets something run as somebody else. */
  commands: string[];
  /** Changes routes, sends requests, or changes under which name keepalived runs. */
  others: string[];
}

/**
 * What a change has keepalived run, write, read, send or change that it did not before, and what it
 * lets run as somebody else. Whoever may save that is root: `notify_master "…" root` runs as root
 * whatever `script_user` says, and `init_file … overwrite` writes a file of root's (measured, 2.2.7).
 * In linear time.
 * @param before the files as they are
 * @param after as they will be
 */
export function findAddedPowers(
  before: readonly { text: string }[],
  after: readonly { text: string }[],
): AddedPowers {
  const old = findPrivilegedStatements(before);
  const next = findPrivilegedStatements(after);
  const isNew = without(old);
  const isGone = without(next);
  const wasOurs = old.every((one) => one.isPackaged || one.power === 'protects');
  const added = next.filter((one) => isNew(one) && isAddition(one, wasOurs));
  const commands = [
    ...added.filter(({ power }) => needsPassword(power)).map(describeAddition),
    ...old.filter((one) => one.isSafeguard && isGone(one)).map(describeRemoval),
  ];
  const others = added.filter(({ power }) => !needsPassword(power)).map(describeAddition);
  return { commands: summarize(commands), others: summarize(others) };
}

function without(statements: readonly PrivilegedStatement[]) {
  const ids = new Set(statements.map(({ id }) => id));
  return ({ id }: PrivilegedStatement): boolean => !ids.has(id);
}

/**
 * What the packaged configurations say is this program's own, as long as nothing else is there.
 * @param wasOurs nothing else was there before
 */
function isAddition({ power, isPackaged, text }: PrivilegedStatement, wasOurs: boolean): boolean {
  if (isPackaged || power === 'protects') return false;
  return !(wasOurs && text === '“script_user root”');
}

function describeAddition({ place, text, consequence }: PrivilegedStatement): string {
  return `${placed(place)}${text} ${consequence}.`;
}

function describeRemoval({ place, text }: PrivilegedStatement): string {
  return `${placed(place)}${text} is no longer there: programs may run as another user, or without a check.`;
}

const placed = (place: string): string => (place === '' ? '' : `${place}: `);

/** More than anybody reads; what is beyond is counted, and a checksum tells it from anything else. */
const mostSentences = 500;

function summarize(sentences: readonly string[]): string[] {
  const each = [...new Set(sentences)];
  const rest = each.slice(mostSentences);
  if (rest.length === 0) return each;
  const checksum = createHash('sha256').update(rest.join('\n')).digest('hex').slice(0, 16);
  return [
    ...each.slice(0, mostSentences),
    `${rest.length} more of this kind (checksum ${checksum}): read the file before you confirm it.`,
  ];
}
