import type { Check, CheckOffer, CheckVerdict } from '../../../keepalived/diagnosis/check.ts';
import { maskSecrets } from '../../../keepalived/secrets/mask-secrets.ts';
import { findFieldOf } from '../../../keepalived/settings/field-keywords.ts';
import type { ReportedCheck } from '../../../operations/debug/debug-report.ts';
import { describeElapsed, describeInstant } from '../../view/time-words.ts';
import type { Elapsed } from '../../view/time-words.ts';

interface VerdictLook {
  word: string;
  /** A shape of its own for each: colour is never the only signal. */
  shape: string;
  tone: 'good' | 'warn' | 'bad' | 'mute';
}

export const verdictLooks: Record<CheckVerdict, VerdictLook> = {
  wrong: { word: 'Wrong', shape: '▲', tone: 'bad' },
  suspicious: { word: 'Check this', shape: '◆', tone: 'warn' },
  'cannot-tell': { word: 'Cannot tell', shape: '?', tone: 'mute' },
  note: { word: 'Note', shape: '–', tone: 'mute' },
  good: { word: 'Good', shape: '●', tone: 'good' },
};

/** Of what may have been mended since. */
const staleLooks = {
  wrong: { word: 'Was wrong', shape: '△', tone: 'mute' },
  suspicious: { word: 'Was suspicious', shape: '◇', tone: 'mute' },
} as const;

export interface CheckWords extends VerdictLook {
  id: string;
  title: string;
  sentence: string;
  remedy: string | undefined;
  /** Where it can be mended, for whoever may. */
  place: { href: string; label: string } | undefined;
  /** What the page can do about it. */
  offer:
    { kind: CheckOffer['kind']; instance: string; direction: string; label: string } | undefined;
  evidence: { where: string; what: string; when: string }[];
  /** How long ago it was so. */
  age: Elapsed;
}

const offerLabels: Record<CheckOffer['kind'], string> = {
  'allow-vrrp': 'Add this rule',
  'withdraw-vrrp': 'Remove the added rule',
};

export function describeCheck(check: ReportedCheck, nowMs: number): CheckWords {
  const { id, title, verdict, sentence, remedy, evidence, about, offer } = check;
  const needsMending = verdict === 'wrong' || verdict === 'suspicious';
  return {
    ...(needsMending && check.isStale ? staleLooks[verdict] : verdictLooks[verdict]),
    age: describeElapsed(check.atMs, nowMs),
    ...{ id, title },
    sentence: maskSecrets(sentence),
    remedy: remedy === undefined ? undefined : maskSecrets(remedy),
    place: needsMending ? findPlace(about) : undefined,
    offer: offer && { ...offer, label: offerLabels[offer.kind] },
    evidence: evidence.map(({ what, where, atMs }) => ({
      // Output of scripts and lines of keepalived's log are among it.
      what: maskSecrets(what),
      where: maskSecrets(where ?? ''),
      when: atMs === undefined ? '' : describeInstant(atMs).text,
    })),
  };
}

function findPlace({ instance, setting }: Check['about']): CheckWords['place'] {
  if (setting === undefined) return undefined;
  const field = findFieldOf({ instance, keyword: setting }, instance);
  return field === undefined
    ? { href: '/keepalived/edit?file=live', label: `Edit ${setting}` }
    : {
        href: `/keepalived/settings?instance=${encodeURIComponent(instance)}#${field}`,
        label: `Change ${setting}`,
      };
}
