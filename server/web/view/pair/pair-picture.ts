/** The picture of a virtual router and its servers: where everything stands, for an SVG. */
import type {
  RouterOnServer,
  SummarizedRouter,
  SummarizedServer,
} from '../../../keepalived/pair/pair-summary.ts';
import type { Tone } from '../tone.ts';
import { describeReadiness, nameDirection } from './pair-words.ts';

export interface PairPicture {
  width: number;
  height: number;
  title: string;
  description: string;
  boxes: PictureBox[];
  arrows: PictureArrow[];
  /** Between this server and each other one: what both pages tell each other. */
  links: { x1: number; x2: number; y: number; isHeard: boolean; label: string }[];
}

export interface PictureBox {
  x: number;
  y: number;
  width: number;
  height: number;
  tone: Tone;
  shape: string;
  name: string;
  state: string;
  detail: string;
  healthcheck: string;
  /** The address at the server that has it; empty: it has none. */
  address: string;
}

export interface PictureArrow {
  x1: number;
  x2: number;
  y: number;
  tone: Tone;
  label: string;
  /** What is not heard is a dashed line that ends before the other server. */
  isBroken: boolean;
  head: string;
}

const box = { width: 136, height: 112, gap: 88, top: 22 } as const;
const margin = 2;
/** So many letters of this size fit into a box. */
const fitting = 18;

/** Two servers stand side by side with what they hear between them; more stand in a row. */
export function describePicture(
  router: SummarizedRouter,
  servers: readonly SummarizedServer[],
): PairPicture {
  const isPair = router.servers.length === 2;
  const step = box.width + (isPair ? box.gap : 12);
  const xOf = (index: number) => margin + index * step;
  const isHeard = (name: string) => servers.find((one) => one.name === name)?.isHeard === true;
  return {
    width: xOf(router.servers.length - 1) + box.width + margin,
    height: box.top + box.height + 32,
    title: `Who has ${router.addresses.join(', ')}`,
    description: router.sentence,
    boxes: router.servers.map((server, index) => ({
      ...{ x: xOf(index), y: box.top, width: box.width, height: box.height },
      ...describeBox(server, isHeard(server.name)),
    })),
    arrows: isPair ? listArrows(router, xOf) : [],
    links: isPair ? listLinks(router, isHeard, xOf) : [],
  };
}

function describeBox(
  server: RouterOnServer,
  isHeard: boolean,
): Omit<PictureBox, 'x' | 'y' | 'width' | 'height'> {
  const { name, isThis, state, holds, healthcheck } = server;
  const [first, ...more] = holds;
  const address =
    first === undefined ? '' : `${first}${more.length === 0 ? '' : ` +${more.length}`}`;
  const readiness = holds.length > 0 ? (isThis ? 'this server' : '') : describeReadiness(server);
  return {
    ...(isHeard ? lookOf(server) : { tone: 'mute', shape: '?' }),
    name: clip(name),
    state: isHeard ? (state ?? 'no instance') : 'not heard',
    detail: clip(readiness),
    healthcheck: healthcheck ? nameCheck(healthcheck.good) : '',
    address: clip(address),
  };
}

function lookOf({ state, readiness, holds }: RouterOnServer): Pick<PictureBox, 'tone' | 'shape'> {
  if (state === 'Alarm' || state === 'Fault') return { tone: 'bad', shape: '▲' };
  if (holds.length > 0) return { tone: 'good', shape: '●' };
  if (state === 'Standby' && readiness === 'ready') return { tone: 'calm', shape: '○' };
  if (state === 'Standby') return { tone: 'warn', shape: '!' };
  return state === 'Stopped' ? { tone: 'mute', shape: '■' } : { tone: 'warn', shape: '?' };
}

/** Those of the first server above, those of the second below. */
function listArrows(
  { wire, servers }: SummarizedRouter,
  xOf: (index: number) => number,
): PictureArrow[] {
  const [left, right] = [xOf(0) + box.width + 6, xOf(1) - 6];
  return wire.flatMap(({ from, direction }): PictureArrow[] => {
    const label = nameDirection(direction);
    if (label === '') return [];
    const isFirst = from === servers[0]?.name;
    const isGood = direction.kind === 'heard';
    const [x1, end] = isFirst ? [left, right] : [right, left];
    const back = isFirst ? -1 : 1;
    const x2 = isGood ? end : end + back * 22;
    const y = box.top + (isFirst ? 44 : 78);
    return [
      {
        ...{ x1, x2, y, label, isBroken: !isGood },
        tone: isGood ? 'good' : direction.kind === 'unknown' ? 'mute' : 'bad',
        head: `${x2 + back * 8},${y - 5} ${x2},${y} ${x2 + back * 8},${y + 5}`,
      },
    ];
  });
}

function listLinks(
  { servers }: SummarizedRouter,
  isHeard: (name: string) => boolean,
  xOf: (index: number) => number,
): PairPicture['links'] {
  const other = servers.find(({ isThis }) => !isThis);
  if (!other) return [];
  const heard = isHeard(other.name);
  return [
    {
      ...{ x1: xOf(0) + box.width / 2, x2: xOf(1) + box.width / 2 },
      y: box.top + box.height + 14,
      isHeard: heard,
      label: heard ? 'pages connected' : 'pages not connected',
    },
  ];
}

const nameCheck = (good: boolean | undefined): string =>
  good === undefined ? 'Check unknown' : good ? 'Check OK' : 'Check fails';

const clip = (text: string): string =>
  text.length <= fitting ? text : `${text.slice(0, fitting - 1)}…`;
