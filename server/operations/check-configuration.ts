import type { Appliance } from '../appliance/appliance.ts';
import {
  describeMissingProgram,
  findNotifyPrograms,
  findUnicastFindings,
} from '../keepalived/config/machine-rules.ts';
import { summarizeConfiguration } from '../keepalived/config/questions.ts';
import type { ConfigurationSummary } from '../keepalived/config/questions.ts';
import { findConfigurationProblems } from '../keepalived/config/rules.ts';
import { parseConfiguration } from '../keepalived/config/tree.ts';
import type { ConfigurationTree } from '../keepalived/config/tree.ts';
import type { Finding } from '../keepalived/finding.ts';
import { judgeConfigurationTest } from '../keepalived/runtime/judge-config-test.ts';

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
  const configurationId = await appliance.readConfigurationId();
  const tree = parseConfiguration(text, { configurationId });
  const summary = summarizeConfiguration(tree);
  const own = findConfigurationProblems(text, summary).filter(
    ({ code }) => !isIncluded(fileId) || !wholeFileCodes.has(code),
  );
  // What our rules refuse is not worth a test, or not safe to give to one (NUL, size).
  if (hasFatal(own)) return own;
  const [test, contradictions] = await Promise.all([
    appliance.testConfiguration(fileId, text),
    findContradictions(appliance, tree, summary),
  ]);
  if (!test.ran) return [...own, ...contradictions, notTested(test.reason)];
  const tested = judgeConfigurationTest(test);
  // Where both say it, keepalived knows the line.
  const said = new Set(tested.map(({ code }) => code));
  return [...own.filter(({ code }) => !said.has(code)), ...contradictions, ...tested];
}

/** Where the text contradicts this machine: addresses that it lacks, programs that are not there. */
async function findContradictions(
  appliance: Appliance,
  tree: ConfigurationTree,
  { instances }: ConfigurationSummary,
): Promise<Finding[]> {
  const isUnicast = instances.some(
    ({ unicastPeers, unicastSourceAddress }) =>
      unicastPeers.length > 0 || unicastSourceAddress !== undefined,
  );
  const network = isUnicast ? await appliance.readNetwork() : undefined;
  const programs = findNotifyPrograms(tree.children);
  const areThere = await Promise.all(programs.map(({ path }) => appliance.isExecutable(path)));
  return [
    ...(network?.ok ? findUnicastFindings(instances, network.interfaces) : []),
    ...programs.filter((_, index) => !areThere[index]).map(describeMissingProgram),
  ];
}

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
const wholeFileCodes = new Set(['empty-file', 'no-known-block']);
const isIncluded = (fileId: string): boolean => fileId.startsWith('include-');

/** Whether one of the findings forbids a save. */
export function hasFatal(findings: Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'fatal');
}
