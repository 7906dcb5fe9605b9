import type { ConfiguredScript } from '../../config/summary.ts';
import type { HealthcheckExamination, ScriptRun } from '../../proof/evidence.ts';
import type { CheckEvidence } from '../check.ts';
import type { InstanceView } from '../instance-view.ts';
import type { Judgement } from '../judgement.ts';
import { cannotTell, findWorst, good, note } from '../judgement.ts';
import type { InstanceCheck } from '../setting-check.ts';
import { describeDuration } from '../words.ts';
import { unreadTracking } from './tracked-script.ts';

/** Whether the healthcheck URLs answer when they are asked as the manual's `curl` asks them. */
export const checkHealthcheck: InstanceCheck = (view) => {
  const asked = examinationsOf(view);
  const without =
    findUrls(view).length === 0 ? withoutScripts(view, 'No script asks a URL.') : undefined;
  return {
    id: 'healthcheck',
    title: 'Healthcheck URL',
    ...(findWorst(
      asked.map(({ script, examination }) => judge(examination, runOf(script, view))),
    ) ??
      without ??
      cannotTell('It has not been asked.')),
    evidence: asked.flatMap(({ examination }) => describe(examination)),
    about: { instance: view.name, setting: 'script' },
  };
};

/** From here on it takes longer to notice a failure than people expect of a failover. */
const slowDetectionSeconds = 60;

/** How long a failure stays unnoticed, by the interval and the number of failures in a row. */
export const checkHealthcheckInterval: InstanceCheck = (view) => ({
  id: 'healthcheck-interval',
  title: 'Failures are noticed in time',
  ...(findWorst(view.scripts.map(judgeInterval)) ??
    withoutScripts(view, 'The instance tracks no script.')),
  evidence: [],
  about: { instance: view.name, setting: 'interval' },
});

function judgeInterval({ name, intervalSeconds, fall }: ConfiguredScript): Judgement {
  const seconds = intervalSeconds * fall;
  const words = `${name} runs every ${intervalSeconds} s and counts as failed after ${fall === 1 ? 'one failure' : `${fall} failures in a row`}: a failure is noticed after up to ${describeDuration(seconds * 1000)}.`;
  if (seconds < slowDetectionSeconds) return good(words);
  return {
    verdict: 'look',
    sentence: `${words} Until then this server goes on serving the virtual address.`,
    remedy: 'Write a lower interval into the vrrp_script, on both servers; 2 to 10 s are usual.',
  };
}

/** That there is none is known only where all was read that may bring it. */
function withoutScripts({ hasUnreadTracking }: InstanceView, sentence: string): Judgement {
  return hasUnreadTracking ? cannotTell(unreadTracking) : note(sentence);
}

const findUrls = ({ scripts }: InstanceView) =>
  scripts.flatMap(({ healthcheckUrl }) => healthcheckUrl ?? []);

function examinationsOf({ scripts, asked }: InstanceView) {
  return scripts.flatMap((script) => {
    const examination = asked.healthchecks?.find(({ url }) => url === script.healthcheckUrl);
    return examination ? [{ script, examination }] : [];
  });
}

function runOf(script: ConfiguredScript, { asked }: InstanceView): ScriptRun | undefined {
  return asked.scriptRuns?.find(({ scriptName }) => scriptName === script.name);
}

function judge(examination: HealthcheckExamination, run: ScriptRun | undefined): Judgement {
  const { url, outcome, answer, durationMs } = examination;
  const hasSucceeded = run?.outcome.kind === 'exited' && run.outcome.exitCode === 0;
  if (outcome.kind === 'ok' && answer?.isLarge === true) {
    return {
      verdict: run && !hasSucceeded ? 'wrong' : 'look',
      sentence: `${url} answers with HTTP ${outcome.httpStatus}, but with more than 64 KiB: every check makes the service send all of it, and one that is cut off by its time limit counts as a failure.`,
      remedy: 'Write a URL whose answer is short.',
    };
  }
  if (outcome.kind === 'ok') {
    return good(
      `${url} answers with HTTP ${outcome.httpStatus} in ${describeDuration(durationMs)}.`,
    );
  }
  if (outcome.kind === 'http-error' && answer?.location !== undefined) {
    return {
      verdict: 'look',
      sentence: `${url} answers with HTTP ${outcome.httpStatus}, a redirect to ${answer.location}. It was not followed; curl follows it only with --location, and without it takes the redirect for a success.`,
      remedy: 'Write the URL that really tells whether the service works.',
    };
  }
  const words = describeFailure(examination);
  return {
    // The script may ask in another way, and it is what counts.
    verdict: hasSucceeded ? 'look' : 'wrong',
    sentence: hasSucceeded
      ? `${words} The script itself succeeds, and that is what keepalived goes by.`
      : words,
    remedy: `Look whether the service behind it runs on this server: curl --verbose ${url}`,
  };
}

function describeFailure({ url, outcome }: HealthcheckExamination): string {
  switch (outcome.kind) {
    case 'ok':
    case 'http-error':
      return `${url} answers with HTTP ${outcome.httpStatus}.`;
    case 'refused':
      return `${url} refuses the connection: nothing listens there.`;
    case 'timed-out':
      return `${url} did not answer completely within ${describeDuration(outcome.afterMs)}.`;
    case 'failed':
      return `${url} cannot be asked: ${outcome.reason}.`;
  }
}

function describe({ url, outcome, answer }: HealthcheckExamination): CheckEvidence[] {
  if (!answer) return [];
  const status = 'httpStatus' in outcome ? `HTTP ${outcome.httpStatus}` : outcome.kind;
  const type = answer.contentType === undefined ? '' : `, ${answer.contentType}`;
  return [
    {
      what: `${status}${type}: ${answer.beginning.trim() || 'no body'}`,
      where: url,
      isOutput: true,
    },
  ];
}
