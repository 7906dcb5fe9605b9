import type { ConfiguredScript } from '../../../config/summary.ts';
import { createFindResult } from '../../../foresight/elections/effective-priority.ts';
import {
  describeScriptConsequence,
  findScriptConsequence,
} from '../../../foresight/script-consequence.ts';
import type { ScriptRun } from '../../../proof/evidence.ts';
import type { CheckEvidence } from '../../check.ts';
import type { InstanceView } from '../../instance-view.ts';
import type { Judgement } from '../../judgement.ts';
import { cannotTell, findWorst, good, note } from '../../judgement.ts';
import type { InstanceCheck } from '../../setting-check.ts';
import { describeDuration } from '../../words.ts';

/** Whether the tracked scripts succeed when they are run as keepalived runs them. */
export const checkScriptRuns: InstanceCheck = (view) => {
  const {
    name,
    scripts,
    asked: { scriptRuns },
  } = view;
  const runs = scripts.flatMap((script) => {
    const run = scriptRuns?.find(({ scriptName }) => scriptName === script.name);
    return run ? [{ script, run }] : [];
  });
  const without =
    scripts.length === 0
      ? note('The instance tracks no script.')
      : cannotTell('The tracked scripts have not been run.');
  return {
    id: 'script-run',
    title: 'Tracked scripts can be run',
    ...(findWorst(
      runs.map(({ script, run }) =>
        judge(script, run, describeScriptFailureEffect(script.name, view)),
      ),
    ) ?? without),
    evidence: runs.flatMap(({ run }) => describe(run)),
    about: { instance: name, setting: 'vrrp_script' },
  };
};

/** What a shell says of a command that could not be run. */
const cannotExecute = 126;
const notFound = 127;

/** What a failure of a script does to the instance, with all else as keepalived accounts for it. */
export function describeScriptFailureEffect(
  scriptName: string,
  { configured, network, asked: { configuration, tracking } }: InstanceView,
): string {
  const findResult = createFindResult(tracking, network);
  return describeScriptConsequence(
    findScriptConsequence(scriptName, configured, configuration, findResult),
  );
}

function judge(script: ConfiguredScript, run: ScriptRun, consequence: string): Judgement {
  const { outcome, userName, scriptName } = run;
  const look = `Run it in a shell: runuser -u ${userName} -- ${script.command}`;
  switch (outcome.kind) {
    case 'not-run':
      return {
        verdict: 'wrong',
        sentence: `${scriptName} cannot be run as ${userName}: ${outcome.reason}. keepalived does not count that as a failure (measured, 2.2.7): it continues without the script, or treats it as a success. The instance serves whether its service works or not.`,
        remedy: `Correct the command, or let ${userName} read and execute it and every folder on its path, or name another user in the vrrp_script (“user”) or in global_defs (“script_user”); then reload keepalived.`,
      };
    case 'insecure':
      return {
        verdict: outcome.isDisabled ? 'wrong' : 'suspicious',
        sentence: outcome.isDisabled
          ? `keepalived refuses to run ${scriptName} as ${userName} and continues without it: ${outcome.reason}. The instance serves whether its service works or not.`
          : `${scriptName} was not run here: it runs as ${userName}, and ${outcome.reason}. Anyone who can change it is root on this server.`,
        remedy: `Let the script and every folder on its path belong to root, writable by root only, or name a user with fewer rights (“script_user” in global_defs, “user” in the vrrp_script).`,
      };
    case 'timed-out':
      return {
        verdict: 'wrong',
        sentence: `${scriptName} did not end within ${describeDuration(outcome.afterMs)}. keepalived ends it then and takes it as failed. ${consequence}`,
        command: script.command,
        remedy: `${look}. Let what it asks answer sooner, or give it a limit of its own (curl: --max-time) and a longer “timeout” in the vrrp_script.`,
      };
    case 'exited':
      if (outcome.exitCode === 0) {
        return good(
          `${scriptName} succeeds when run as ${userName} (${describeDuration(run.durationMs)}).`,
        );
      }
      return {
        verdict: 'wrong',
        sentence: `${scriptName}, run as ${userName}, ends with exit code ${outcome.exitCode}${explain(outcome.exitCode)}. ${consequence}`,
        command: script.command,
        remedy: look,
      };
  }
}

function explain(exitCode: number): string {
  if (exitCode === cannotExecute) return ' (not allowed to execute it)';
  return exitCode === notFound ? ' (the command was not found)' : '';
}

function describe({ scriptName, output }: ScriptRun): CheckEvidence[] {
  return output === '' ? [] : [{ what: output, where: `output of ${scriptName}`, isOutput: true }];
}
