import type { Check } from '../../../keepalived/diagnosis/check.ts';
import { groupBy } from '../../../keepalived/diagnosis/group-by.ts';
import { trustedMs } from '../../../operations/debug/debug-report.ts';
import type { DebugReport, ReportedCheck } from '../../../operations/debug/debug-report.ts';
import { describeElapsed, formatDuration } from '../../view/time-words.ts';
import type { Elapsed } from '../../view/time-words.ts';
import { describeCheck, verdictLooks } from './check-words.ts';
import type { CheckWords } from './check-words.ts';
import { describeWire } from './wire-table.ts';
import type { WireRow } from './wire-table.ts';

export interface InstanceChecks {
  name: string;
  attention: CheckWords[];
  rest: CheckWords[];
  restWords: string;
}

export interface DebugModel {
  headline: { tone: string; shape: string; word: string; sentence: string };
  /** While an examination goes on. */
  progress: { seconds: number; ofSeconds: number; words: string } | undefined;
  /** How old the last examination is. */
  age: Elapsed | undefined;
  notices: string[];
  /** The worst first. */
  instances: InstanceChecks[];
  /** Of several instances those without a finding, folded into one line; undefined: there are none. */
  quiet: { words: string; instances: InstanceChecks[] } | undefined;
  wire: WireRow[];
  hasListened: boolean;
  captures: { interfaceName: string; href: string }[];
  freeVirtualRouterIds: string;
  ownRules: { description: string; removal: string; purpose: string }[];
}

/** With more instances the page, sent each second, lists what needs attention only. */
const mostListedWhole = 16;

/**
 * What the Debug page says, from one report; asks nothing of the machine.
 * @param whole also what is good, however many instances there are
 */
export function describeDebug(
  report: DebugReport,
  nowMs: number,
  { whole = false } = {},
): DebugModel {
  const { examination, checks = [], interfaceNames, freeVirtualRouterIds } = report;
  const isRunning = examination?.isRunning === true;
  const hasListened = examination !== undefined;
  const instances = groupChecks(checks, whole, nowMs);
  return {
    headline: describeHeadline(report, nowMs),
    progress: isRunning ? describeProgress(examination, interfaceNames, nowMs) : undefined,
    age:
      examination && !isRunning
        ? describeElapsed(Math.min(examination.endsAtMs, nowMs), nowMs)
        : undefined,
    notices: describeNotices(report),
    instances,
    quiet: foldQuiet(instances, checks),
    wire: describeWire(report),
    hasListened,
    captures: hasListened
      ? interfaceNames.map((interfaceName) => ({
          interfaceName,
          href: `/debug/capture?interface=${encodeURIComponent(interfaceName)}`,
        }))
      : [],
    freeVirtualRouterIds: freeVirtualRouterIds.join(', '),
    ownRules: report.ownRules.map((rule) => ({
      description: rule.description,
      removal: rule.removal,
      purpose: describePurpose(rule),
    })),
  };
}

function describePurpose({ serves }: DebugReport['ownRules'][number]): string {
  if (serves === undefined) {
    return 'The configuration cannot be read. Can’t tell whether an instance still needs this rule.';
  }
  if (serves.length === 0)
    return 'No instance of the configuration needs this rule. You can remove it.';
  const whose = serves.map(({ instance, direction }) => `${instance} ${direction}`).join(', ');
  return `Lets advertisements pass: ${whose}. Without this rule both servers may become master.`;
}

function describeHeadline(
  { checks, reason, examination }: DebugReport,
  nowMs: number,
): DebugModel['headline'] {
  if (!checks || checks.length === 0) {
    return {
      ...{ tone: 'mute', shape: '■', word: 'Nothing to check' },
      sentence: reason ?? 'no VRRP instance is configured on this server.',
    };
  }
  const fresh = checks.filter(({ isStale }) => !isStale);
  const wrong = fresh.filter(({ verdict }) => verdict === 'wrong');
  const look = fresh.filter(({ verdict }) => verdict === 'suspicious');
  const first = wrong[0] ?? look[0];
  if (first) {
    const alike = wrong.length > 0 ? wrong : look;
    const { tone, shape, word } = verdictLooks[first.verdict];
    const more = alike.length - 1;
    const rest = more === 0 ? '' : ` (and ${more} more below, which may follow from it)`;
    const isOneOfSeveral = checks.some(({ about }) => about.instance !== first.about.instance);
    const which = isOneOfSeveral ? `${first.about.instance}: ` : '';
    return {
      tone,
      shape,
      word,
      sentence: `${which}${describeCheck(first, nowMs).sentence}${rest}`,
    };
  }
  if (examination === undefined) {
    return {
      ...{ tone: 'mute', shape: '?', word: 'Not checked yet' },
      sentence: 'No problem is known. “Check now” listens on the network and examines this server.',
    };
  }
  if (examination.isRunning) {
    return {
      ...{ tone: 'calm', shape: '◌', word: 'Checking' },
      sentence: 'No problem found so far.',
    };
  }
  const unknown = { tone: 'mute', shape: '?' };
  if (examination.hasFailed || examination.problems.length > 0) {
    const sentence = 'No problem was found, but not everything could be checked.';
    return { ...unknown, word: 'Cannot tell', sentence };
  }
  const old = checks.filter(({ isStale }) => isStale);
  if (old.length > 0 || examination.isOutdated || nowMs - examination.endsAtMs > trustedMs) {
    const was = old.find(({ verdict }) => verdict === 'wrong' || verdict === 'suspicious');
    const then = was
      ? `${formatDuration(nowMs - was.atMs)} ago this was found: ${describeCheck(was, nowMs).sentence}`
      : 'The last check found no problem.';
    const sentence = `${then} Click “Check now” to see the current state.`;
    return { ...unknown, word: 'Not checked recently', sentence };
  }
  const open = checks.find(({ id, verdict }) => id === 'split-brain' && verdict === 'cannot-tell');
  if (open) {
    const sentence =
      'No problem found on this server. It can’t see whether another server is also active: look at that server’s page.';
    return { tone: 'calm', shape: '○', word: 'Good', sentence };
  }
  return {
    ...{ tone: 'good', shape: '●', word: 'Good' },
    sentence: 'No problem found, as far as this server can see.',
  };
}

function describeProgress(
  { startedAtMs, endsAtMs }: NonNullable<DebugReport['examination']>,
  interfaceNames: string[],
  nowMs: number,
): DebugModel['progress'] {
  const ofSeconds = Math.round((endsAtMs - startedAtMs) / 1000);
  const seconds = Math.min(Math.max(0, Math.floor((nowMs - startedAtMs) / 1000)), ofSeconds);
  const where = interfaceNames.join(', ') || 'no interface';
  return { seconds, ofSeconds, words: `Listening on ${where}: ${seconds} of ${ofSeconds} s.` };
}

function describeNotices({ examination }: DebugReport): string[] {
  if (!examination) return [];
  return [
    ...(examination.hasFailed ? ['The check did not finish. This program’s log says why.'] : []),
    ...examination.problems.map(
      ({ interfaceName, reason }) => `Could not listen on ${interfaceName}: ${reason}.`,
    ),
    ...(examination.isOutdated
      ? ['The configuration has changed since the last check. Click “Check now”.']
      : []),
  ];
}

/** One instance alone is shown as it is. */
function foldQuiet(
  all: readonly InstanceChecks[],
  checks: readonly ReportedCheck[],
): DebugModel['quiet'] {
  const instances = all.filter(({ attention }) => attention.length === 0);
  if (all.length === 1 || instances.length === 0) return undefined;
  const names = new Set(instances.map(({ name }) => name));
  const own = checks.filter(({ about }) => names.has(about.instance));
  const count = `${instances.length} ${instances.length === 1 ? 'instance' : 'instances'}`;
  return { words: `No fault found in ${count}: ${countVerdicts(own)}`, instances };
}

/** A certain fault before a suspicion, and that before what is quiet; else the order of the file. */
const rankOf = (checks: readonly ReportedCheck[]): number =>
  checks.some(({ verdict }) => verdict === 'wrong')
    ? 0
    : checks.some(({ verdict }) => verdict === 'suspicious')
      ? 1
      : 2;

function countVerdicts(checks: readonly ReportedCheck[]): string {
  const count = (wanted: Check['verdict']) =>
    checks.filter(({ verdict }) => verdict === wanted).length;
  const [good, unknown, notes] = [count('good'), count('cannot-tell'), count('note')];
  return (
    `${good} ${good === 1 ? 'check is' : 'checks are'} good` +
    (unknown === 0 ? '' : `, ${unknown} can’t tell`) +
    (notes === 0 ? '' : `, ${notes} ${notes === 1 ? 'has' : 'have'} nothing to look at`)
  );
}

function groupChecks(
  checks: readonly ReportedCheck[],
  whole: boolean,
  nowMs: number,
): DebugModel['instances'] {
  const byInstance = groupBy(checks, ({ about }) => about.instance);
  const listsAll = whole || byInstance.size <= mostListedWhole;
  const worstFirst = [...byInstance].toSorted(([, one], [, other]) => rankOf(one) - rankOf(other));
  return worstFirst.map(([name, own]) => {
    const needsAttention = ({ verdict }: Check) => verdict === 'wrong' || verdict === 'suspicious';
    return {
      name,
      attention: own.filter(needsAttention).map((check) => describeCheck(check, nowMs)),
      rest: listsAll
        ? joinAlike(own.filter((check) => !needsAttention(check))).map((check) =>
            describeCheck(check, nowMs),
          )
        : [],
      restWords: countVerdicts(own) + (listsAll ? '' : ' (“Copy as text” lists them)'),
    };
  });
}

/** What it can’t tell for one and the same reason is listed once. */
function joinAlike(checks: readonly ReportedCheck[]): ReportedCheck[] {
  const alike = groupBy(checks, ({ id, verdict, sentence }) =>
    verdict === 'cannot-tell' ? sentence : id,
  );
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    return [{ ...first, title: group.map(({ title }) => title).join(', ') }];
  });
}
