import type { FindingCode, findingCodes } from '../../../config/rules/finding-codes.ts';
import type { Finding } from '../../../config/rules/finding.ts';

/** What one of keepalived's messages means. */
export interface MessageRule {
  code: FindingCode;
  severity: Finding['severity'];
  /** Whether the daemon would not run: `ends` in the table. */
  endsDaemon: true | undefined;
  /** Matched against the message without its place and without the instance in front of it. */
  pattern: RegExp;
  /** `{name}` stands for the pattern's group of that name, `{instance}` for the instance. */
  message: string;
  remedy: string | ((values: Record<string, string | undefined>) => string);
}

/** Of each code only with a weight that it may have. */
type Row = {
  [Code in FindingCode]: [
    code: Code,
    severity: (typeof findingCodes)[Code][number],
    pattern: RegExp,
    message: string,
    remedy: MessageRule['remedy'],
  ];
}[FindingCode];

/** Rules as a table, one row each; the first row whose pattern matches wins. */
export function messageRules(rows: Row[]): MessageRule[] {
  return rows.map(([code, severity, pattern, message, remedy]) => ({
    code,
    severity: severity === 'ends' ? 'fatal' : severity,
    endsDaemon: severity === 'ends' ? true : undefined,
    pattern,
    message,
    remedy,
  }));
}
