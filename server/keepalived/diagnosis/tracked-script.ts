import { explainMessage } from '../runtime/explain-message.ts';
import type { LogLine } from '../runtime/log-lines.ts';
import type { InstanceCheck } from './setting-check.ts';
import { listInWords } from './words.ts';

/** Whether a tracked script failed last time keepalived said something about it. */
export const checkTrackedScripts: InstanceCheck = ({ name, trackedScripts, log }) => {
  const lastWords = trackedScripts.flatMap((script) => findLastWord(script, log) ?? []);
  const failing = lastWords.filter(({ good }) => !good);
  const check = {
    id: 'tracked-script',
    title: 'Tracked scripts succeed',
    evidence: lastWords.map(({ line: { message, atMs } }) => ({
      what: message,
      where: 'keepalived’s log',
      atMs,
    })),
    about: { instance: name, setting: 'track_script' },
  } as const;
  if (failing.length > 0) {
    return {
      ...check,
      verdict: 'wrong',
      sentence: `The tracked script ${listInWords(failing.map(({ script }) => script))} fails, which lowers this server’s priority or puts it into FAULT.`,
      remedy:
        'Run the script as the user that keepalived runs it as, and look at what it checks; see Healthcheck.',
    };
  }
  if (lastWords.length < trackedScripts.length) {
    return {
      ...check,
      verdict: 'cannot-tell',
      sentence: 'keepalived’s log of this time says nothing about the tracked scripts.',
      remedy: undefined,
    };
  }
  return {
    ...check,
    verdict: 'good',
    sentence:
      trackedScripts.length === 0
        ? 'The instance tracks no script.'
        : `${listInWords(trackedScripts)} succeeded when last heard of.`,
    remedy: undefined,
  };
};

function findLastWord(script: string, log: readonly LogLine[]) {
  for (const line of log.toReversed()) {
    const explanation = explainMessage(line.message);
    if (explanation?.values['script'] !== script) continue;
    if (explanation.id === 'script-result') {
      return { script, line, good: explanation.values['what'] === 'succeeded' };
    }
    if (explanation.id === 'script-disabled') return { script, line, good: false };
  }
  return undefined;
}
