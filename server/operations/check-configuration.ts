import type { Appliance } from '../appliance/appliance.ts';
import { summarizeConfiguration } from '../keepalived/config/questions.ts';
import { findConfigurationProblems } from '../keepalived/config/rules.ts';
import { parseConfiguration } from '../keepalived/config/tree.ts';
import type { Finding } from '../keepalived/finding.ts';
import { parseConfigurationTestOutput } from '../keepalived/runtime/config-test-output.ts';

/**
 * Everything that can be known about a text before it touches the disk: our own rules, then
 * `keepalived -t` on exactly these bytes. The test's exit code is not looked at, only its text
 * (measured: an empty file passes, a harmless warning fails).
 * @param fileId the file that the text is meant for
 */
export async function checkConfiguration(
  appliance: Appliance,
  fileId: string,
  text: string,
): Promise<Finding[]> {
  const own = findConfigurationProblems(
    text,
    summarizeConfiguration(parseConfiguration(text)),
  ).filter(({ code }) => !isIncluded(fileId) || !wholeFileCodes.has(code));
  // What our rules refuse is not worth a test, or not safe to give to one (NUL, size).
  if (hasFatal(own)) return own;
  const test = await appliance.testConfiguration(fileId, text);
  if (!test.ran) {
    return [
      ...own,
      {
        severity: 'fatal',
        code: 'not-tested',
        line: undefined,
        message: `The file could not be tested: ${test.reason ?? 'no reason is known'}`,
        remedy: 'Nothing was changed. Remove the cause, then save again.',
      },
    ];
  }
  return [...own, ...parseConfigurationTestOutput(test.output)];
}

/** An included file may be a fragment, or empty; the test reads it where it is included. */
const wholeFileCodes = new Set(['empty-file', 'no-known-block']);
const isIncluded = (fileId: string): boolean => fileId.startsWith('include-');

/** Whether one of the findings forbids a save. */
export function hasFatal(findings: Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'fatal');
}
