import type { Appliance } from '../../appliance/appliance.ts';
import type { FindingCode } from '../../keepalived/config/rules/finding-codes.ts';
import type { Finding } from '../../keepalived/config/rules/finding.ts';
import { checkWhole, hasFatal } from './check-configuration.ts';
import { placeText } from './configuration-seen.ts';
import type { Candidate } from './configuration-seen.ts';

/** What says that nothing is known, or that the file is none: never "it was so before". */
const alwaysBlocking = new Set<FindingCode>([
  'not-tested',
  'test-output-withheld',
  'file-too-large',
  'nul-byte',
]);

export interface SaveFindings {
  /** Those that the file on disk has too are warnings here. */
  findings: Finding[];
  /** They, as they are. */
  known: Finding[];
}

/**
 * What the file on disk has already does not block a save that leaves it so: keepalived runs, or would
 * run, no worse. Not of what would end keepalived while it runs: the file may have changed under it.
 */
export async function weighKnownFindings(
  appliance: Appliance,
  candidate: Candidate,
  findings: Finding[],
): Promise<SaveFindings> {
  const same = { findings, known: [] };
  if (!candidate.seen.file.ok || !hasFatal(findings)) return same;
  const fatal = findings.filter(({ severity }) => severity === 'fatal');
  if (fatal.some(({ code }) => alwaysBlocking.has(code))) return same;
  if (fatal.some(({ endsDaemon }) => endsDaemon)) {
    const daemon = await appliance.readDaemon();
    if (daemon.state === 'running' || daemon.state === 'unknown') return same;
  }
  const old = countByWords(await checkOld(appliance, candidate));
  if (!fatal.every((finding) => takeOne(new Map(old), finding))) return same;
  // Our own rules may have stopped the check before keepalived was asked.
  const whole = await checkWhole(appliance, candidate);
  const known: Finding[] = [];
  const weighed = whole.map((finding): Finding => {
    if (finding.severity !== 'fatal' || alwaysBlocking.has(finding.code)) return finding;
    if (!takeOne(old, finding)) return finding;
    known.push(finding);
    return { ...finding, severity: 'warning', message: `Already in the file: ${finding.message}` };
  });
  return { findings: weighed, known };
}

/** What may be meant, but costs the addresses or is not checked: it has to be accepted once. */
const acceptable = new Set<FindingCode>(['include-outside-folder', 'track-file-begins-in-fault']);

/** Warnings that have to be accepted and that the file on disk has not. */
export async function findNewDangers(
  appliance: Appliance,
  candidate: Candidate,
  findings: readonly Finding[],
): Promise<Finding[]> {
  const dangers = findings.filter(({ code }) => acceptable.has(code));
  if (dangers.length === 0 || !candidate.seen.file.ok) return dangers;
  const old = countByWords(await checkOld(appliance, candidate));
  return dangers.filter((finding) => !takeOne(old, finding));
}

/** What the file on disk has itself. */
async function checkOld(appliance: Appliance, { seen }: Candidate): Promise<Finding[]> {
  if (!seen.file.ok) return [];
  return checkWhole(appliance, await placeText(appliance, seen, seen.file.text));
}

/** Without numbers of lines, which an edit above moves. */
const wordsOf = ({ code, message, detail = '' }: Finding): string =>
  `${code} ${message} ${detail}`.replaceAll(/\bline \d+/gi, 'line');

function countByWords(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) {
    counts.set(wordsOf(finding), (counts.get(wordsOf(finding)) ?? 0) + 1);
  }
  return counts;
}

/** Whether there is one like it, which then counts no more. */
function takeOne(counts: Map<string, number>, finding: Finding): boolean {
  const left = counts.get(wordsOf(finding)) ?? 0;
  counts.set(wordsOf(finding), left - 1);
  return left > 0;
}

/** A finding as a sentence that somebody may accept. */
export function describeIgnored({ line, message }: Finding): string {
  return line === undefined ? message : `Line ${line}: ${message}`;
}
