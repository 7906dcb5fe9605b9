import type { Finding } from '../../../keepalived/config/rules/finding.ts';
import { maskSecrets } from '../../../keepalived/secrets/mask-secrets.ts';

/** A finding as the page lists it. */
export interface FindingItem extends Pick<Finding, 'severity' | 'code'> {
  tone: 'bad' | 'warn' | 'calm';
  word: 'Error' | 'Warning' | 'Note';
  /** 1-based, in the text being edited; undefined: in another file, or in no line at all. */
  line: number | undefined;
  /** The line that is meant, its secrets masked. */
  lineText: string | undefined;
  path: string | undefined;
  /** The setting that it speaks of, and whose. */
  instance: string | undefined;
  keyword: string | undefined;
  message: string;
  remedy: string;
  detail: string | undefined;
  /** The field of the page's form that it speaks of. */
  field?: { name: string; label: string } | undefined;
}

const severities: Record<Finding['severity'], Pick<FindingItem, 'tone' | 'word'>> = {
  fatal: { tone: 'bad', word: 'Error' },
  warning: { tone: 'warn', word: 'Warning' },
  info: { tone: 'calm', word: 'Note' },
};
const order: Finding['severity'][] = ['fatal', 'warning', 'info'];

/** Findings about `text`, the worst first, each with the line that it is about. */
export function describeFindings(findings: Finding[], text: string): FindingItem[] {
  const maskedLines = maskSecrets(text).split('\n');
  return findings
    .toSorted((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity))
    .map(({ severity, code, line, path, instance, keyword, message, remedy, detail }) => ({
      severity,
      code,
      ...severities[severity],
      line,
      lineText: lineTextOf(
        path === undefined && line !== undefined ? maskedLines[line - 1] : undefined,
      ),
      path,
      instance,
      keyword,
      message,
      remedy,
      detail,
    }));
}

const longestLine = 200;

function lineTextOf(line: string | undefined): string | undefined {
  const text = line?.trim();
  if (text === undefined || text === '') return undefined;
  return text.length > longestLine ? `${text.slice(0, longestLine)}…` : text;
}
