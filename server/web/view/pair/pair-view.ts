/** The pair on the status page: what is true of each virtual router, in one sentence, a picture and words. */
import { formatApproximateSeconds } from '../../../keepalived/foresight/words.ts';
import type {
  PairSummary,
  RouterOnServer,
  SummarizedRouter,
  SummarizedServer,
} from '../../../keepalived/pair/pair-summary.ts';
import type { RouterVerdictKind } from '../../../keepalived/pair/router-verdict.ts';
import { listInWords } from '../../../keepalived/words.ts';
import { describeElapsed } from '../time-words.ts';
import type { Elapsed } from '../time-words.ts';
import type { Tone } from '../tone.ts';
import { describePicture } from './pair-picture.ts';
import type { PairPicture } from './pair-picture.ts';
import { describeDirection, describeReadiness } from './pair-words.ts';

export interface PairSection {
  /** The worst first. */
  sentences: PairSentence[];
  links: PairLinkWords[];
  /** Of the worst few; the sentences are of all. */
  pictures: RouterPicture[];
}

export interface PairSentence {
  tone: Tone;
  /** A shape of its own for each meaning: colour is never the only signal. */
  shape: string;
  word: string;
  sentence: string;
  /** How long nobody, or two, have had an address. */
  lasts: Elapsed | undefined;
  announcement: string;
}

/** Whether what another server tells is of now. */
export interface PairLinkWords {
  name: string;
  isHeard: boolean;
  /** Since when it was not heard; undefined: it is heard, or never was. */
  silent: Elapsed | undefined;
}

export interface RouterPicture {
  title: string;
  picture: PairPicture;
  servers: ServerWords[];
  wire: string[];
  reasons: string[];
  /** Settings that are not as they must be. */
  problems: string[];
}

export interface ServerWords {
  name: string;
  role: string;
  words: string;
}

const looks: Record<RouterVerdictKind, Pick<PairSentence, 'tone' | 'shape' | 'word'>> = {
  nobody: { tone: 'bad', shape: '▲', word: 'Nobody serves' },
  two: { tone: 'bad', shape: '▲', word: 'Two serve' },
  switching: { tone: 'warn', shape: '◌', word: 'Switching' },
  unknown: { tone: 'warn', shape: '?', word: 'Unknown' },
  unprotected: { tone: 'warn', shape: '!', word: 'Not protected' },
  degraded: { tone: 'warn', shape: '!', word: 'Warning' },
  protected: { tone: 'good', shape: '●', word: 'Protected' },
};

const mostPictures = 3;

/**
 * @param wallMs the server's clock
 * @returns undefined: this server is not paired
 */
export function describePairSection(
  summary: PairSummary | undefined,
  wallMs: number,
): PairSection | undefined {
  if (!summary || summary.servers.length < 2) return undefined;
  const { routers, servers } = summary;
  return {
    sentences: routers.map((router) => describeSentence(router, wallMs)),
    links: servers.filter(({ isThis }) => !isThis).map((server) => describeLink(server, wallMs)),
    pictures: routers.slice(0, mostPictures).map((router) => describeRouter(router, servers)),
  };
}

function describeSentence(
  { kind, sentence, lastsMs }: SummarizedRouter,
  wallMs: number,
): PairSentence {
  return {
    ...looks[kind],
    sentence,
    lasts: lastsMs === undefined ? undefined : describeElapsed(wallMs - lastsMs, wallMs),
    announcement: `The pair: ${sentence}`,
  };
}

function describeLink({ name, isHeard, ageMs }: SummarizedServer, wallMs: number): PairLinkWords {
  const isSilent = !isHeard && ageMs !== undefined;
  return {
    ...{ name, isHeard },
    silent: isSilent ? describeElapsed(wallMs - ageMs, wallMs) : undefined,
  };
}

function describeRouter(
  router: SummarizedRouter,
  servers: readonly SummarizedServer[],
): RouterPicture {
  const { addresses, virtualRouterId, wire, reasons, settings } = router;
  const what = addresses.length === 0 ? 'no virtual IP' : listInWords(addresses);
  return {
    title: `${what} (virtual router ID ${virtualRouterId ?? 'not known'})`,
    picture: describePicture(router, servers),
    servers: router.servers.map(describeServer),
    wire: wire.flatMap((one) => describeDirection(one) ?? []),
    reasons,
    problems: settings.flatMap(({ problem }) => problem ?? []),
  };
}

function describeServer(server: RouterOnServer): ServerWords {
  const { name, isThis, state, holds, priority, healthcheck, takesOverMs } = server;
  const parts = [
    state ?? 'its state is not known now',
    holds.length > 0 ? `has ${listInWords(holds)}` : undefined,
    priority === undefined ? undefined : `priority ${priority}`,
    healthcheck ? `healthcheck: ${healthcheck.words}` : undefined,
    holds.length > 0 ? undefined : describeReadiness(server),
    takesOverMs === undefined
      ? undefined
      : `takes over in ${formatApproximateSeconds(takesOverMs)}`,
  ].filter((part) => part !== undefined);
  return { name, role: isThis ? 'this server' : 'the other server', words: parts.join(', ') };
}
