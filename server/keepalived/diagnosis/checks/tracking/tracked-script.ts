import type { TrackingReport } from '../../../proof/evidence.ts';
import type { LogLine } from '../../../runtime/log/log-lines.ts';
import { explainLine } from '../../../runtime/messages/explain-message.ts';
import { listInWords } from '../../../words.ts';
import type { CheckEvidence } from '../../check.ts';
import { good, note } from '../../judgement.ts';
import type { InstanceCheck } from '../../setting-check.ts';
import { describeScriptFailureEffect } from './script-run.ts';

/** Whether a tracked script failed last time, by keepalived's dump or else by its log. */
export const checkTrackedScripts: InstanceCheck = (view) => {
  const { name, trackedScripts, hasUnreadTracking, log, asked } = view;
  const lastWords = trackedScripts.flatMap((script) => {
    const word = findResult(script, asked.tracking) ?? findLastWord(script, log);
    const obstacle = asked.scriptObstacles?.get(script);
    // A failure that it told before counts for keepalived until a success does.
    return obstacle === undefined || word?.good === false
      ? (word ?? [])
      : [notRun(script, obstacle)];
  });
  const failing = lastWords.filter(({ good }) => !good);
  const check = {
    id: 'tracked-script',
    title: 'Tracked scripts succeed',
    evidence: lastWords.map((word) => word.evidence),
    about: { instance: name, setting: 'track_script' },
  } as const;
  const disabled = failing.filter(({ isDisabled }) => isDisabled);
  if (disabled.length > 0) {
    return {
      ...check,
      verdict: 'wrong',
      sentence: `keepalived has disabled the tracked script ${listInWords(disabled.map(({ script }) => script))} and continues without it. The instance serves whether its service works or not.`,
      remedy:
        'Read the log line: let the script exist, be executable, and be writable by root only; then reload keepalived.',
    };
  }
  const dropped = failing.filter(({ obstacle }) => obstacle !== undefined);
  if (dropped.length > 0) {
    const names = listInWords(dropped.map(({ script }) => script));
    const reasons = dropped.map(({ obstacle }) => obstacle).join('; ');
    return {
      ...check,
      verdict: 'wrong',
      sentence: `keepalived does not run the tracked script ${names}: keepalived counts it as passed, so this server would not hand over when that fails. Why: ${reasons}.`,
      remedy: 'Correct that, then reload keepalived.',
    };
  }
  if (failing.length > 0) {
    const sentences = failing.map(
      ({ script }) =>
        `The tracked script ${script} fails. ${describeScriptFailureEffect(script, view)}`,
    );
    return {
      ...check,
      verdict: 'wrong',
      sentence: sentences.join(' '),
      remedy:
        'Run the script as the user that keepalived runs it as, and look at what it checks; see Healthcheck.',
    };
  }
  if (lastWords.length < trackedScripts.length) {
    return {
      ...check,
      verdict: 'cannot-tell',
      sentence: 'keepalived says nothing about the tracked scripts yet.',
      remedy: undefined,
    };
  }
  if (hasUnreadTracking) {
    return { ...check, verdict: 'cannot-tell', sentence: unreadTracking, remedy: undefined };
  }
  return {
    ...check,
    ...(trackedScripts.length === 0
      ? note('The instance tracks no script.')
      : good(`The newest result of ${listInWords(trackedScripts)} is a success.`)),
  };
};

/** What is said where a part of the configuration that may have it track a script is not read. */
export const unreadTracking =
  'Can’t tell which scripts the instance tracks: a part of the configuration cannot be read here.';

interface Word {
  script: string;
  good: boolean;
  /** keepalived goes on without it: it has no result at all. */
  isDisabled?: boolean;
  /** Why nobody can run it; keepalived's own account goes on calling it good (measured, 2.2.7). */
  obstacle?: string;
  evidence: CheckEvidence;
}

const notRun = (script: string, obstacle: string): Word => ({
  ...{ script, good: false, obstacle },
  evidence: { what: obstacle, where: 'the script’s file' },
});

function findResult(script: string, tracking: TrackingReport | undefined): Word | undefined {
  const item = tracking?.ok
    ? tracking.items.find(({ kind, name }) => kind === 'script' && name === script)
    : undefined;
  if (item?.good === undefined) return undefined;
  const result = item.good ? 'succeeded' : 'failed';
  const what = `${script} ${result} last time${item.detail === '' ? '' : ` (${item.detail})`}`;
  return { script, good: item.good, evidence: { what, where: 'keepalived’s own account' } };
}

function findLastWord(script: string, log: readonly LogLine[]): Word | undefined {
  for (const line of log.toReversed()) {
    const { message, atMs } = line;
    const explanation = explainLine(line);
    if (explanation?.values['script'] !== script) continue;
    const evidence = { what: message, where: 'keepalived’s log', atMs };
    if (explanation.id === 'script-result') {
      return { script, good: explanation.values['what'] === 'succeeded', evidence };
    }
    if (explanation.id === 'script-disabled') {
      return { script, good: false, isDisabled: true, evidence };
    }
  }
  return undefined;
}
