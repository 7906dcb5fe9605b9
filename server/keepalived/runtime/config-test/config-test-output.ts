import type { Finding } from '../../config/rules/finding.ts';
import { escapeControlCharacters } from '../log/log-lines.ts';
import { maskMessage } from './mask-message.ts';
import { consequenceRules } from './rules/consequence-rules.ts';
import { generalRules } from './rules/general-rules.ts';
import { instanceRules } from './rules/instance-rules.ts';
import { languageRules } from './rules/language-rules.ts';
import type { MessageRule } from './rules/message-rule.ts';
import { networkRules } from './rules/network-rules.ts';
import { scriptRules } from './rules/script-rules.ts';

const rules = [
  ...languageRules,
  ...instanceRules,
  ...consequenceRules,
  ...scriptRules,
  ...networkRules,
  ...generalRules,
];

interface Complaint {
  path: string | undefined;
  line: number | undefined;
  /** keepalived's words without the place, secrets masked. */
  text: string;
}

/**
 * Reads what `keepalived -t` printed (its stderr). The severity comes from the text alone, because
 * the exit code says little (measured): fatal is what ends the daemon, and also what makes it load
 * less than the file says; warning is what it corrects by itself.
 * @param mainPath the file that was tested, absolute; findings in it carry no path
 */
export function parseConfigurationTestOutput(output: string, mainPath?: string): Finding[] {
  const complaints = output
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map(readComplaint);
  const findings = dropPlacelessRepeats(complaints).map((complaint) =>
    explain(complaint, mainPath),
  );
  return joinInterfaceFindings(foldRepeats(findings));
}

function readComplaint(outputLine: string): Complaint {
  const [, path, line, text = outputLine] =
    /^\((?:(.+): )?Line (\d+)\) (.+)$/s.exec(outputLine) ?? [];
  return {
    path: path === undefined ? undefined : escapeControlCharacters(path),
    // 0: a line without an end, which keepalived does not count.
    line: line === undefined ? undefined : Math.max(1, Number(line)),
    text: escapeControlCharacters(maskMessage(text)),
  };
}

/** keepalived reads the file up to four times and repeats itself, the first time without the path. */
function dropPlacelessRepeats(complaints: Complaint[]): Complaint[] {
  const key = ({ line, text }: Complaint) => `${line ?? ''} ${text}`;
  const placed = new Set(complaints.filter(({ path }) => path !== undefined).map(key));
  return complaints.filter(
    (complaint) => complaint.path !== undefined || !placed.has(key(complaint)),
  );
}

function explain({ path, line, text }: Complaint, mainPath: string | undefined): Finding {
  const [, instance, rest = text] = /^\(([^()]*)\):? (.+)$/s.exec(text) ?? [];
  const { code, severity, endsDaemon, message, remedy, pattern } = getRule(rest);
  const groups: Record<string, string | undefined> = pattern.exec(rest)?.groups ?? {};
  const values = { instance: instance ?? 'An instance', ...groups };
  const unknownWord = groups['word'] ?? groups['interface'];
  return {
    severity,
    ...(endsDaemon && { endsDaemon }),
    code,
    ...(instance !== undefined && { instance }),
    ...(unknownWord !== undefined && { unknownWord }),
    line,
    path: isSameFile(path, mainPath) ? undefined : path,
    message: fillIn(message, values).trim(),
    remedy: typeof remedy === 'string' ? fillIn(remedy, values) : remedy(values),
    detail: shorten(text, 300),
  };
}

/** An included file is named as the include pattern leads to it, often relatively (measured). */
function isSameFile(path: string | undefined, mainPath: string | undefined): boolean {
  return path === mainPath || (path !== undefined && mainPath?.endsWith(`/${path}`) === true);
}

function getRule(text: string): MessageRule {
  const rule = rules.find(({ pattern }) => pattern.test(text));
  if (!rule) throw new Error('The last rule must match everything.');
  return rule;
}

function fillIn(template: string, values: Record<string, string | undefined>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => shorten(values[name] ?? '', 80));
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

function foldRepeats(findings: Finding[]): Finding[] {
  const firsts = new Map<string, Finding>();
  for (const finding of findings) {
    const { path = '', line = '', code, message } = finding;
    const key = JSON.stringify([path, line, code, message]);
    if (!firsts.has(key)) firsts.set(key, finding);
  }
  return [...firsts.values()];
}

/**
 * A missing interface is told twice: where it is named, as a warning, and without a place, as the
 * end of the daemon. The second is absent with `dynamic_interfaces`.
 */
function joinInterfaceFindings(findings: Finding[]): Finding[] {
  const isInterface = ({ code }: Finding) => code === 'interface-missing';
  const isPlaced = (finding: Finding) => isInterface(finding) && finding.severity === 'warning';
  const isEnd = (finding: Finding) => isInterface(finding) && finding.severity === 'fatal';
  if (!findings.some(isPlaced) || !findings.some(isEnd)) return findings;
  return findings
    .filter((finding) => !isEnd(finding))
    .map((finding) =>
      isPlaced(finding)
        ? {
            ...finding,
            severity: 'fatal',
            endsDaemon: true,
            message: `${finding.message.slice(0, -1)}: keepalived would not start.`,
          }
        : finding,
    );
}
