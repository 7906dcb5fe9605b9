import type { Finding } from '../../config/rules/finding.ts';
import type { HiddenInclude } from '../../language/hidden-includes.ts';
import { maskSecrets } from '../../secrets/mask-secrets.ts';
import { parseConfigurationTestOutput } from './config-test-output.ts';

/** What a test of a configuration brought (`Appliance.testConfiguration`). */
export interface FinishedTest {
  exitCode: number | undefined;
  output: string;
  testedPath: string | undefined;
  withheldLines?: number;
  outsideIncludes?: string[];
  hiddenIncludes?: HiddenInclude[];
}

/** All findings of a test that ran: what keepalived said, how it ended, what it could not see. */
export function judgeConfigurationTest(test: FinishedTest): Finding[] {
  const { outsideIncludes = [], hiddenIncludes = [], withheldLines = 0 } = test;
  return [
    ...hiddenIncludes.map(describeHidden),
    ...findCrash(test),
    ...parseConfigurationTestOutput(test.output, test.testedPath),
    ...outsideIncludes.map(describeOutside),
    ...(withheldLines > 0 ? [describeWithheld(withheldLines)] : []),
  ];
}

const hiddenRemedy =
  'Write the include at the beginning of a line of its own, with nothing before it. For one server only, include a file that exists on that server only.';

function describeHidden({ path, line, text, isElsewhere }: HiddenInclude): Finding {
  const written = maskSecrets(text);
  if (isElsewhere) {
    return {
      ...{ severity: 'warning', code: 'include-hidden-elsewhere', line, path },
      message: `An include is on a line for another server (“${written}”). This server skips it. On that server, or here after a change of the host name or of the option --config-id, keepalived’s child processes read such a file twice and crash: virtual IPs are lost.`,
      remedy: hiddenRemedy,
    };
  }
  return {
    ...{ severity: 'fatal', endsDaemon: true, code: 'include-hidden', line, path },
    message: `An include comes after a condition, a definition, a sequence or a brace (“${written}”). keepalived’s child processes read such a file twice and crash.`,
    remedy: hiddenRemedy,
  };
}

/** A signal of the kernel: 128 and its number. */
const crashCodes = new Set([128 + 4, 128 + 6, 128 + 7, 128 + 8, 128 + 11]);

function findCrash({ exitCode, hiddenIncludes = [] }: FinishedTest): Finding[] {
  if (exitCode === undefined || !crashCodes.has(exitCode)) return [];
  if (hiddenIncludes.some(({ isElsewhere }) => !isElsewhere)) return [];
  return [
    {
      ...{ severity: 'fatal', endsDaemon: true, code: 'test-crashed', line: undefined },
      message: `keepalived crashed while it read this configuration (signal ${exitCode - 128}). It would crash in the same way when it is started or reloaded.`,
      remedy: 'Undo the last change, and look for includes and definitions that are unusual.',
    },
  ];
}

function describeOutside(path: string): Finding {
  return {
    ...{ severity: 'warning', code: 'include-outside-folder', line: undefined },
    message: `The include of ${path} leads outside the configuration folder. keepalived loads that file as root; this page does not read it, so what it says was not checked.`,
    remedy:
      'Move the file into the configuration folder, where it is checked and kept in the history.',
  };
}

function describeWithheld(count: number): Finding {
  return {
    ...{ severity: 'fatal', code: 'test-output-withheld', line: undefined },
    message: `keepalived read a file that is not part of this configuration. ${count} lines of its answer may quote that file and are not shown.`,
    remedy: 'Remove the include that leads there.',
  };
}
