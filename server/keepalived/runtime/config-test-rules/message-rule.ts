import type { Finding } from '../../finding.ts';

/** What one of keepalived's messages means. */
export interface MessageRule {
  code: string;
  severity: Finding['severity'];
  /** Matched against the message without its place and without the instance in front of it. */
  pattern: RegExp;
  /** `{name}` stands for the pattern's group of that name, `{instance}` for the instance. */
  message: string;
  remedy: string | ((values: Record<string, string | undefined>) => string);
}

type Row = [
  code: string,
  severity: Finding['severity'],
  pattern: RegExp,
  message: string,
  remedy: MessageRule['remedy'],
];

/** Rules as a table, one row each; the first row whose pattern matches wins. */
export function messageRules(rows: Row[]): MessageRule[] {
  return rows.map(([code, severity, pattern, message, remedy]) => ({
    code,
    severity,
    pattern,
    message,
    remedy,
  }));
}
