import type { FindingItem } from '../../web/view/change/findings.ts';

/** What is known of a file. */
export interface FileReport {
  /** As it was named. */
  file: string;
  /** The worst first. */
  findings: FindingItem[];
  /** What could not be checked, and why: a sentence each. */
  unchecked: string[];
}

/**
 * What `check` prints: each finding behind its place, as compilers do, then what could not be checked
 * and how many there are.
 */
export function formatReport({ file, findings, unchecked }: FileReport): string {
  const lines = [
    ...findings.flatMap((finding) => formatFinding(file, finding)),
    ...unchecked.map((sentence) => `Not checked: ${sentence}`),
    summarize(findings, unchecked.length > 0),
  ];
  // A finding may quote the file, and keepalived's words of it.
  return lines.map((line) => `${line.replaceAll(/\p{Cc}/gu, ' ')}\n`).join('');
}

function formatFinding(file: string, finding: FindingItem): string[] {
  const { word, code, line, lineText, path, message, remedy, detail } = finding;
  const place = [path ?? file, ...(line === undefined ? [] : [line])].join(':');
  return [
    `${place}: ${word}: ${message} ${remedy} [${code}]`,
    ...(lineText === undefined ? [] : [`    ${lineText}`]),
    ...(detail === undefined ? [] : [`    keepalived: ${detail}`]),
  ];
}

function summarize(findings: readonly FindingItem[], isPartly: boolean): string {
  if (findings.length === 0) {
    return isPartly ? 'No problems found in what was checked.' : 'No problems found.';
  }
  const count = (severity: FindingItem['severity'], word: string) => {
    const { length } = findings.filter((finding) => finding.severity === severity);
    return `${length} ${word}${length === 1 ? '' : 's'}`;
  };
  const counts = [count('fatal', 'error'), count('warning', 'warning'), count('info', 'note')];
  return `${counts.join(', ')}.`;
}
