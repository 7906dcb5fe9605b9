import type { Appliance } from '../../appliance/appliance.ts';
import { findPasswordChanges } from '../../keepalived/config/password-changes.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import { createFindResult } from '../../keepalived/foresight/elections/effective-priority.ts';
import type { FindResult } from '../../keepalived/foresight/elections/effective-priority.ts';
import { nothingForeseen } from '../../keepalived/foresight/foresight-result.ts';
import type { Foresight } from '../../keepalived/foresight/foresight-result.ts';
import { foreseeChange } from '../../keepalived/foresight/foresight.ts';
import type { ForeseenChange } from '../../keepalived/foresight/foresight.ts';
import { describeIpvsDanger, opensIpvs } from '../../keepalived/foresight/ipvs.ts';
import { describeNameAnswer, needsOwnNameLookup } from '../../keepalived/foresight/own-name.ts';
import {
  describeNewUrl,
  describeScriptDanger,
  describeUnaskedUrl,
  findScriptChanges,
} from '../../keepalived/foresight/script-changes.ts';
import type { ScriptChange } from '../../keepalived/foresight/script-changes.ts';
import { findAddedPowers } from '../../keepalived/powers/added-commands.ts';
import type { TrackingReport } from '../../keepalived/proof/evidence.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import { describeHealthcheckResult } from '../../keepalived/status/healthcheck-status.ts';
import type { ApplyOutcome } from '../outcomes.ts';
import { placeText, tracksAnything } from './configuration-seen.ts';
import type { AssembledFiles, Candidate, ConfigurationSeen } from './configuration-seen.ts';

/** What a save consents to, word for word as it was shown. */
export interface Consent {
  /** The dangers that somebody has read and accepted. */
  acceptedDangers?: readonly string[];
  /** The added commands that somebody has read and confirmed with a password. */
  confirmedCommands?: readonly string[];
}

/** What a change would do, and how to learn what of it only an answer tells. */
export interface Foreseen {
  /** Without asking any URL. */
  foresight: Foresight;
  /**
   * The same with the URLs asked that the change brings. Call it for an administrator who saves, and
   * has consented to all the rest: else it would be a way to have this server, as root, request any
   * address there is.
   */
  askUrls: () => Promise<Foresight>;
}

/**
 * What saving this text would do to the virtual addresses, as keepalived and the files were seen, and
 * what it would run. A stored file moves nothing.
 */
export async function foreseeApply(
  appliance: Appliance,
  { text, seen, whole }: Candidate,
  sighting: ProofEvidence,
): Promise<Foreseen> {
  const { file, now } = seen;
  if (file.id.startsWith('stored-')) {
    const { commands, others } = findAddedPowers(file.ok ? [file] : [], [{ text }]);
    const foresight = { ...nothingForeseen, dangers: others, addedCommands: commands };
    return { foresight, askUrls: () => Promise.resolve(foresight) };
  }
  const { commands, others } = findAddedPowers(now.sources, whole.sources);
  const withPowers = (foresight: Foresight): Foresight => ({
    ...foresight,
    dangers: [...foresight.dangers, ...others],
    addedCommands: commands,
  });
  const { foresight, askUrls } = await foresee(appliance, now, whole, sighting);
  return {
    foresight: withPowers(foresight),
    askUrls: async () => withPowers(await askUrls()),
  };
}

/**
 * What a reload of the files as they are would do: somebody else may have edited them.
 * @param oldText the live file as it was proved last; undefined: what it says now
 */
export async function foreseeReload(
  appliance: Appliance,
  seen: ConfigurationSeen,
  oldText: string | undefined,
  sighting: ProofEvidence,
): Promise<Foreseen> {
  const before =
    oldText === undefined ? seen.now : (await placeText(appliance, seen, oldText)).whole;
  return foresee(appliance, before, seen.now, sighting);
}

async function foresee(
  appliance: Appliance,
  before: AssembledFiles,
  after: AssembledFiles,
  sighting: ProofEvidence,
): Promise<Foreseen> {
  const running = readRunning(sighting);
  const findResult = await askResults(appliance, [before, after], sighting);
  const foresight = foreseeChange({
    before: before.summary,
    after: after.summary,
    passwordChanges: findPasswordChanges(before.content, after.content),
    running,
    findResult,
  });
  if (typeof running === 'string') {
    return { foresight, askUrls: () => Promise.resolve(foresight) };
  }
  const own = needsOwnNameLookup(before.content, after.content)
    ? describeNameAnswer(await appliance.lookUpOwnName(), running, await appliance.readHostName())
    : {};
  const ipvsDanger = opensIpvs(before.content, after.content)
    ? describeIpvsDanger(await appliance.lookForIpvs())
    : undefined;
  const scripts = findScriptChanges(before.summary, after.summary, running, findResult);
  const judge = async (asksUrls: boolean): Promise<Foresight> => {
    const { dangers, sentences } = await judgeScripts(appliance, scripts, asksUrls);
    return {
      ...foresight,
      sentences: [...foresight.sentences, ...sentences, ...(own.sentence ? [own.sentence] : [])],
      dangers: [
        ...foresight.dangers,
        ...dangers,
        ...[own.danger, ipvsDanger].filter((danger) => danger !== undefined),
      ],
      ...(sentences.length > 0 && { hasUnaskedUrl: true as const }),
    };
  };
  return { foresight: await judge(false), askUrls: () => judge(true) };
}

/** What keepalived knows of what is tracked; asked only where something is. */
async function askResults(
  appliance: Appliance,
  files: readonly AssembledFiles[],
  { daemon, network, tracking: told }: ProofEvidence,
): Promise<FindResult> {
  const isAsked = files.some(tracksAnything) && daemon.state === 'running';
  const tracking = isAsked ? (told ?? (await appliance.readTracking())) : undefined;
  const summaries = files.map(({ summary }) => summary);
  const fileValues = isAsked ? await readNewFiles(appliance, summaries, tracking) : undefined;
  return createFindResult(tracking, network, fileValues);
}

/**
 * The numbers in the files that keepalived does not track yet, as it will read them: 0 where there is
 * none. What `init_file` makes of one is not known here.
 */
async function readNewFiles(
  appliance: Appliance,
  summaries: readonly ConfigurationSummary[],
  tracking: TrackingReport | undefined,
): Promise<Map<string, number>> {
  const isTracked = (name: string) =>
    !tracking?.ok || tracking.items.some((item) => item.kind === 'file' && item.name === name);
  const values = new Map<string, number>();
  for (const { kind, name, path, isInitialized } of summaries.flatMap(
    ({ trackDefinitions }) => trackDefinitions,
  )) {
    if (kind !== 'file' || path === undefined || isInitialized || isTracked(name)) continue;
    const reading = await appliance.readTrackFile(path);
    if (reading.ok) values.set(name, reading.value);
  }
  return values;
}

/** A new URL that answers well is no danger; another command cannot be judged beforehand. */
async function judgeScripts(
  appliance: Appliance,
  changes: ScriptChange[],
  asksUrls: boolean,
): Promise<Pick<Foresight, 'dangers' | 'sentences'>> {
  const sentences: string[] = [];
  const dangers = await Promise.all(
    changes.map(async (change) => {
      const { newUrl, probe } = change;
      if (newUrl === undefined || !probe) return describeScriptDanger(change, undefined);
      if (probe.kind === 'not-repeatable') return describeUnaskedUrl(change, newUrl, probe.why);
      if (!asksUrls) {
        sentences.push(describeNewUrl(change, newUrl));
        return undefined;
      }
      const result = await appliance.probeHealthcheck(probe.request);
      return result.outcome.kind === 'ok'
        ? undefined
        : describeScriptDanger(change, describeHealthcheckResult(result));
    }),
  );
  return { sentences, dangers: dangers.filter((danger) => danger !== undefined) };
}

/** What a change still needs before it is made, in the words in which it is told now. */
export function findMissingConsent(
  { dangers, addedCommands }: Foresight,
  { acceptedDangers = [], confirmedCommands = [] }: Consent,
): ApplyOutcome | undefined {
  if (!isSubset(addedCommands, confirmedCommands)) {
    return {
      ...{ kind: 'needs-acceptance', dangers, addedCommands },
      message:
        'Nothing was changed yet. keepalived runs as root, and so does what this adds. Read it, then confirm it with your password.',
    };
  }
  if (isSubset(dangers, acceptedDangers)) return undefined;
  return {
    ...{ kind: 'needs-acceptance', dangers, addedCommands: [] },
    message: 'Nothing was changed yet. Read what the change would do, then decide.',
  };
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  const known = new Set(all);
  return some.every((one) => known.has(one));
}

function readRunning({ daemon, runtime }: ProofEvidence): ForeseenChange['running'] {
  if (daemon.state === 'unknown') return 'unknown';
  if (daemon.state !== 'running') return 'stopped';
  return runtime?.ok ? runtime.instances : 'unknown';
}
