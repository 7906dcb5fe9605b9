import type { CallResult } from '../../../agent/agent.ts';
import type { MirroredPair } from '../../../agent/handlers/status.ts';
import { bareAddress } from '../../../keepalived/addresses/addresses.ts';
import type { KeepalivedStatus } from '../../../keepalived/status/status.ts';
import type { PairGrant } from '../../../pair/link-protocol.ts';
import { describeElapsed, describeInstant, formatDuration } from '../../view/time-words.ts';
import type { Elapsed } from '../../view/time-words.ts';
import type { Tone } from '../../view/tone.ts';

type MirroredServer = MirroredPair['servers'][number];

/** What an administrator entered, and why it did not do. */
export interface PairEntry {
  url: string;
  code: string;
  grant: PairGrant;
  error: { field: 'url' | 'code'; sentence: string } | undefined;
}

export interface PairPageModel {
  servers: ServerCard[];
  notice: string | undefined;
  /** For administrators, while a code is valid. */
  code: CodeModel | undefined;
  entry: PairEntry;
  /** Addresses to choose from: who is heard on the network. */
  proposals: string[];
  grants: GrantChoice[];
  fingerprint: string | undefined;
  refreshSeconds: number | undefined;
}

interface GrantChoice {
  grant: PairGrant;
  label: string;
}

interface CodeModel {
  code: string;
  minutesLeft: number;
  triesLeft: number;
  words: string;
  /** Where the other server reaches this page; empty: nowhere. */
  ownUrls: string[];
}

interface ServerCard {
  id: string;
  name: string;
  link: { tone: Tone; shape: string; word: string; elapsed: Elapsed | undefined };
  problem: string | undefined;
  urls: string[];
  pairedSince: string;
  version: string | undefined;
  grant: PairGrant;
  /** What this server may do there. */
  allows: string;
  clock: string | undefined;
  hasEnded: boolean;
}

/** What each may do, as the other one is named in a form. */
export const grantWords: Record<PairGrant, string> = {
  see: 'see this server',
  'see-and-change': 'see and change this server',
};

const refreshSeconds = 3;

export function describePair(
  view: MirroredPair | undefined,
  facts: {
    status: KeepalivedStatus;
    wallMs: number;
    shown: CallResult<'findPairingCode'>;
    entry: PairEntry;
  },
): PairPageModel {
  const { status, wallMs, shown, entry } = facts;
  return {
    entry,
    servers: (view?.servers ?? []).map((server) => describeServer(server, wallMs)),
    notice: view?.notice,
    code: shown && {
      code: shown.code,
      minutesLeft: Math.max(1, Math.ceil((shown.expiresAtMs - wallMs) / 60_000)),
      triesLeft: shown.triesLeft,
      words: grantWords[shown.grant],
      ownUrls: shown.ownUrls,
    },
    proposals: proposeAddresses(status),
    grants: Object.entries(grantWords).map(([grant, words]) => ({
      grant: grant as PairGrant,
      label: words,
    })),
    fingerprint: view?.self.fingerprint,
    refreshSeconds: shown || view?.servers.some(isChanging) ? refreshSeconds : undefined,
  };
}

/** Paired a moment ago: the two find each other now. */
function isChanging({ link }: MirroredServer): boolean {
  return link.state === 'never-heard' && link.problem === undefined;
}

/** The masters that keepalived hears: most likely the other server, by its own address. */
function proposeAddresses({ instances }: KeepalivedStatus): string[] {
  const heard = instances.flatMap(({ servingMaster }) => servingMaster?.address ?? []);
  return [...new Set(heard.map(bareAddress))];
}

function describeServer(server: MirroredServer, wallMs: number): ServerCard {
  const { id, name, link, urls, grant, allows } = server;
  return {
    ...{ id, name, urls, grant },
    link: describeLink(server, wallMs),
    problem: link.problem,
    pairedSince: describeInstant(server.pairedAtMs).text,
    version: link.version,
    allows:
      allows === undefined
        ? 'not yet told'
        : allows === 'see'
          ? `This server may see ${name}.`
          : `This server may see and change ${name}.`,
    clock: describeClock(server),
    hasEnded: link.state === 'ended-by-other',
  };
}

function describeLink({ link }: MirroredServer, wallMs: number): ServerCard['link'] {
  const elapsed =
    link.heardAgoMs === undefined ? undefined : describeElapsed(wallMs - link.heardAgoMs, wallMs);
  switch (link.state) {
    case 'connected':
      return { tone: 'good', shape: '●', word: 'Connected', elapsed: undefined };
    case 'not-heard':
      return { tone: 'bad', shape: '▲', word: 'Not heard', elapsed };
    case 'never-heard':
      return { tone: 'warn', shape: '◌', word: 'Not heard yet', elapsed: undefined };
    case 'ended-by-other':
      return {
        tone: 'warn',
        shape: '■',
        word: 'The other server has ended the pairing',
        elapsed: undefined,
      };
    case 'copy':
      return {
        tone: 'bad',
        shape: '▲',
        word: 'Two machines say that they are this server',
        elapsed,
      };
  }
}

const clocksAgreeMs = 2_000;

function describeClock({ clock, name }: MirroredServer): string | undefined {
  if (!clock) return undefined;
  const { offsetMs, uncertaintyMs } = clock;
  if (Math.abs(offsetMs) <= clocksAgreeMs + uncertaintyMs) return undefined;
  const by = formatDuration(Math.abs(offsetMs));
  return `The clock of ${name} is ${by} ${offsetMs > 0 ? 'ahead of' : 'behind'} this server’s. Times on the two pages differ. Check time synchronisation (NTP).`;
}
