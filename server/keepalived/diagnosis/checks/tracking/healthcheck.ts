import type { ConfiguredScript } from '../../../config/summary.ts';
import { describeNotRepeatable } from '../../../healthcheck/find-probe.ts';
import type { HealthcheckExamination } from '../../../proof/evidence.ts';
import { maskSecrets } from '../../../secrets/mask-secrets.ts';
import type { CheckEvidence } from '../../check.ts';
import type { InstanceView } from '../../instance-view.ts';
import type { Judgement } from '../../judgement.ts';
import { cannotTell, findWorst, good, note } from '../../judgement.ts';
import type { InstanceCheck } from '../../setting-check.ts';
import { describeDuration } from '../../words.ts';
import { unreadTracking } from './tracked-script.ts';

/** Whether the healthcheck URLs answer when they are asked as the scripts' commands ask them. */
export const checkHealthcheck: InstanceCheck = (view) => {
  const asked = examinationsOf(view);
  const without =
    findUrls(view).length === 0 ? withoutScripts(view, 'No script asks a URL.') : undefined;
  return {
    id: 'healthcheck',
    title: 'Healthcheck URL',
    ...(findWorst([
      ...asked.map(({ script, examination }) => judge(examination, findSuccess(script, view))),
      ...unrepeatable(view),
    ]) ??
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
    verdict: 'suspicious',
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
    const examination = asked.healthchecks?.find((one) => one.scriptName === script.name);
    return examination ? [{ script, examination }] : [];
  });
}

/** The script's own run is the only one that tells; see Tracked scripts can be run. */
function unrepeatable({ scripts }: InstanceView): Judgement[] {
  return scripts.flatMap(({ name, healthcheckUrl, probe }) =>
    healthcheckUrl !== undefined && probe?.kind === 'not-repeatable'
      ? [
          cannotTell(
            `The request of ${name} (${maskSecrets(healthcheckUrl)}) ${describeNotRepeatable(probe.why)}. None was made; keepalived goes by its own script.`,
          ),
        ]
      : [],
  );
}

/** Whether the script succeeds when it is run here, else by keepalived's account; it is what counts. */
function findSuccess({ name }: ConfiguredScript, { asked }: InstanceView): boolean | undefined {
  const run = asked.scriptRuns?.find(({ scriptName }) => scriptName === name);
  if (run) return run.outcome.kind === 'exited' && run.outcome.exitCode === 0;
  const items = asked.tracking?.ok ? asked.tracking.items : [];
  return items.find((item) => item.kind === 'script' && item.name === name)?.good;
}

function judge(examination: HealthcheckExamination, hasSucceeded: boolean | undefined): Judgement {
  const { outcome, answer, durationMs } = examination;
  const url = maskSecrets(examination.url);
  if (outcome.kind === 'ok' && answer?.isLarge === true) {
    return {
      verdict: hasSucceeded === false ? 'wrong' : 'suspicious',
      sentence: `${url} answers with HTTP ${outcome.httpStatus}, but with more than 64 KiB: every check makes the service send all of it, and one that is cut off by its time limit counts as a failure.`,
      remedy: 'Write a URL whose answer is short.',
    };
  }
  if (outcome.kind === 'ok') {
    return good(
      `${url} answers with HTTP ${outcome.httpStatus} in ${describeDuration(durationMs)}.`,
    );
  }
  if (outcome.kind === 'accepted' && outcome.httpStatus < 400) {
    const to = answer?.location === undefined ? '' : `, a redirect to ${answer.location}`;
    return {
      verdict: 'suspicious',
      sentence: `${url} answers with HTTP ${outcome.httpStatus}${to}. Without --location curl does not follow it, and takes it for a success.`,
      remedy: 'Write the URL that shows whether the service works.',
    };
  }
  if (outcome.kind === 'accepted') {
    return {
      verdict: 'suspicious',
      sentence: `${url} answers with HTTP ${outcome.httpStatus}, an error. Without --fail curl takes it for a success: the instance serves although the service fails.`,
      remedy: 'Add --fail to the command of the script, on both servers.',
    };
  }
  if (outcome.kind === 'unfinished') {
    return {
      verdict: 'suspicious',
      sentence: `${url} did not answer completely within ${describeDuration(outcome.afterMs)}, which is how long this program waits. The script waits longer.`,
      remedy: 'Look why the service answers so slowly.',
    };
  }
  const words = describeFailure({ ...examination, url });
  return {
    // The script may ask in another way, and it is what counts.
    verdict: hasSucceeded ? 'suspicious' : 'wrong',
    sentence: hasSucceeded
      ? `${words} The script itself succeeds, and that is what keepalived goes by.`
      : words,
    remedy:
      'Check that the service runs on this server: run the script’s command in a shell, curl with --verbose.',
  };
}

function describeFailure({ url, outcome }: HealthcheckExamination): string {
  switch (outcome.kind) {
    case 'ok':
    case 'accepted':
    case 'http-error':
      return `${url} answers with HTTP ${outcome.httpStatus}.`;
    case 'refused':
      return `${url} refuses the connection: nothing listens there.`;
    case 'unfinished':
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
      where: maskSecrets(url),
      isOutput: true,
    },
  ];
}
