import type { Appliance } from '../../appliance/appliance.ts';
import { summarizeConfiguration } from '../../keepalived/config/questions.ts';
import type { FindingCode } from '../../keepalived/config/rules/finding-codes.ts';
import type { Finding } from '../../keepalived/config/rules/finding.ts';
import { createLocator } from '../../keepalived/config/rules/locate-setting.ts';
import { joinMistyped } from '../../keepalived/config/rules/mistyped.ts';
import { nameSetting } from '../../keepalived/config/rules/name-setting.ts';
import { nameNearestInterface } from '../../keepalived/config/rules/nearest-interface.ts';
import { placeFinding } from '../../keepalived/config/rules/place-findings.ts';
import { findConfigurationProblems } from '../../keepalived/config/rules/rules.ts';
import { parseConfiguration } from '../../keepalived/language/tree.ts';
import { judgeConfigurationTest } from '../../keepalived/runtime/config-test/judge-config-test.ts';
import type { Candidate } from './configuration-seen.ts';
import { findContradictions, readInterfaceNames } from './find-contradictions.ts';

/**
 * Everything that can be known about a text before it touches the disk: our own rules, then
 * `keepalived -t` on exactly these bytes. The test's exit code is not looked at, only its text
 * (measured: an empty file passes, a harmless warning fails).
 */
export function checkConfiguration(appliance: Appliance, candidate: Candidate): Promise<Finding[]> {
  return check(appliance, candidate, (own) =>
    hasFatal(own.filter(({ code }) => !oftenMistyped.has(code))),
  );
}

/** The same, asking keepalived also where our own rules would refuse the text. */
export function checkWhole(appliance: Appliance, candidate: Candidate): Promise<Finding[]> {
  return check(appliance, candidate, (own) => own.some(({ code }) => unsafe.has(code)));
}

/** What is missing may stand there with a mistyped keyword: keepalived then knows the line. */
const oftenMistyped = new Set<FindingCode>(['interface-missing', 'virtual-router-id-missing']);

/** Not safe to give to a test. */
const unsafe = new Set<FindingCode>(['nul-byte', 'file-too-large']);

async function check(
  appliance: Appliance,
  { text, path, whole, seen }: Candidate,
  suffices: (own: Finding[]) => boolean,
): Promise<Finding[]> {
  const fileId = seen.file.id;
  const { configurationId } = seen;
  // A file that nothing includes any more is not part of it.
  const content =
    path === undefined ? parseConfiguration(text, { configurationId }) : whole.content;
  const summary = path === undefined ? summarizeConfiguration(content) : whole.summary;
  // What is said of the text itself needs no path.
  const own = findConfigurationProblems(text, summary, content.children)
    .filter(({ code }) => !isIncluded(fileId) || !wholeFileCodes.has(code))
    .map((finding) => withoutPath(finding, path));
  // What our rules refuse is not worth a test, or not safe to give to one (NUL, size).
  if (suffices(own)) return own;
  const [test, found] = await Promise.all([
    appliance.testConfiguration(fileId, text),
    findContradictions(appliance, content, summary),
  ]);
  const contradictions = found.map((finding) => withoutPath(finding, path));
  if (!test.ran) return [...own, ...contradictions, notTested(test.reason)];
  const judged = judgeConfigurationTest(test);
  const locate = createLocator(content.children);
  const names = await readInterfaceNames(appliance, content, judged);
  const tested = judged
    .map((finding) => nameNearestInterface(finding, names))
    .map((finding) => withoutPath(placeFinding(finding, summary, locate), path))
    .map((finding) => nameSetting(finding, summary, content.children, path));
  // Where both say it, keepalived's words count.
  const said = new Set(tested.map(({ code }) => code));
  const left = own.filter(({ code }) => !said.has(code));
  return joinMistyped([...left, ...contradictions, ...tested], content.children, path);
}

const withoutPath = (finding: Finding, path: string | undefined): Finding =>
  finding.path === path ? { ...finding, path: undefined } : finding;

function notTested(reason = 'no reason is known'): Finding {
  return {
    severity: 'fatal',
    code: 'not-tested',
    line: undefined,
    message: `The file could not be tested: ${reason}`,
    remedy: 'Nothing was changed. Remove the cause, then save again.',
  };
}

/** An included file may be a fragment, or empty; the test reads it where it is included. */
const wholeFileCodes = new Set<FindingCode>(['empty-file', 'no-known-block']);
const isIncluded = (fileId: string): boolean => fileId.startsWith('include-');

/** Whether one of the findings forbids a save. */
export function hasFatal(findings: Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'fatal');
}
