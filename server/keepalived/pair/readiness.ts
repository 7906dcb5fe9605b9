/** Whether a server would take over a virtual router, and each reason why it may not. */
import { listInWords } from '../words.ts';
import { findDisagreements } from './disagreements.ts';
import type { KnownServer, Member } from './known-server.ts';
import { listVirtualAddresses } from './match-routers.ts';
import type { VirtualRouter } from './match-routers.ts';
import type { InstanceReport, ServerReport } from './server-report.ts';
import { findTakeoverMs } from './takeover-time.ts';
import { findWireDirection } from './wire-direction.ts';

/**
 * ready: it takes over when the network loses the active one · degraded: it does, but something is
 * missing that will count later · not-ready: it does not · unknown: can’t tell.
 */
export type ReadinessLevel = 'ready' | 'degraded' | 'not-ready' | 'unknown';

export interface ReadinessReason {
  level: Exclude<ReadinessLevel, 'ready'>;
  /** A clause that names the server, without a full stop: `keepalived is stopped on server2`. */
  sentence: string;
}

export interface Readiness {
  server: KnownServer;
  level: ReadinessLevel;
  /** The worst first; none of a server that is ready. */
  reasons: ReadinessReason[];
  /** In ms after the network loses the active server; undefined: it does not take over, or serves. */
  takesOverMs: number | undefined;
}

const order: readonly ReadinessLevel[] = ['not-ready', 'unknown', 'degraded', 'ready'];

/** @param active the member that serves now; undefined: none, or several */
export function judgeReadiness(
  router: VirtualRouter,
  server: KnownServer,
  active: Member | undefined,
): Readiness {
  const member = router.members.find((one) => one.server === server);
  const reasons = findReasons(router, server, member, active).toSorted(
    (one, other) => order.indexOf(one.level) - order.indexOf(other.level),
  );
  const level = reasons[0]?.level ?? 'ready';
  const takesOver = level === 'ready' || level === 'degraded';
  return {
    ...{ server, level, reasons },
    takesOverMs:
      member && takesOver && member !== active
        ? findTakeoverMs(member.instance, active?.instance)
        : undefined,
  };
}

type Level = ReadinessReason['level'];
const because = (level: Level, sentence: string): ReadinessReason => ({ level, sentence });

function findReasons(
  router: VirtualRouter,
  server: KnownServer,
  member: Member | undefined,
  active: Member | undefined,
): ReadinessReason[] {
  const { name, report } = server;
  if (!report) return [because('unknown', `${name} has not been heard yet`)];
  if (!server.isHeard) return [because('unknown', `${name} is not heard`)];
  const daemon = describeDaemon(name, report);
  if (daemon) return [daemon];
  if (!member) return [describeMissing(router, server, report)];
  const stops = describeState(name, member.instance);
  if (stops) return [stops];
  return [
    ...findLacks(router, name, member.instance),
    ...(active && active !== member ? findAgainst(member, active) : []),
    ...findWeaknesses(name, report, member.instance),
  ];
}

function describeDaemon(name: string, { keepalived }: ServerReport): ReadinessReason | undefined {
  switch (keepalived.state) {
    case 'stopped':
      return because('not-ready', `keepalived is stopped on ${name}`);
    case 'not-installed':
      return because('not-ready', `keepalived is not installed on ${name}`);
    case 'unknown':
      return because(
        'unknown',
        `can’t tell whether keepalived runs on ${name}${colon(keepalived.reason)}`,
      );
    case 'running':
      return undefined;
  }
}

function describeMissing(
  { addresses, virtualRouterId }: VirtualRouter,
  { name }: KnownServer,
  report: ServerReport,
): ReadinessReason {
  const words =
    addresses.length === 0 ? `virtual router ${virtualRouterId ?? '?'}` : listInWords(addresses);
  const other = report.instances.find((one) =>
    listVirtualAddresses(one).some((address) => addresses.includes(address)),
  );
  if (other) {
    return because(
      'not-ready',
      `${name} has ${words} with virtual router ID ${other.virtualRouterId ?? '?'}, not ${virtualRouterId ?? '?'}`,
    );
  }
  return report.configurationProblem === undefined
    ? because('not-ready', `${name} has no instance for ${words}`)
    : because('unknown', `the configuration of ${name} can’t be read`);
}

/** What its state alone says; undefined: it is Active or Standby. */
function describeState(name: string, instance: InstanceReport): ReadinessReason | undefined {
  const { state, reason, isInMaintenance } = instance;
  switch (state) {
    case 'Active':
    case 'Standby':
      return undefined;
    case 'Fault':
      return because(
        'not-ready',
        isInMaintenance ? `${name} is in maintenance` : `${name} is in Fault${colon(reason)}`,
      );
    case 'Alarm':
      return because('not-ready', `${name} has an alarm${colon(reason)}`);
    case 'Starting':
      return because('not-ready', `keepalived on ${name} has just started`);
    case 'Stopped':
      return because('not-ready', `keepalived is stopped on ${name}`);
    case 'Unknown':
      return because('unknown', `the state of ${name} is unknown${colon(reason)}`);
  }
}

/** Addresses that it would not take. */
function findLacks(
  { addresses }: VirtualRouter,
  name: string,
  instance: InstanceReport,
): ReadinessReason[] {
  const own = new Set(listVirtualAddresses(instance));
  const lacking = addresses.filter((address) => !own.has(address));
  return lacking.length === 0
    ? []
    : [because('not-ready', `${name} does not have ${listInWords(lacking)}`)];
}

/** What stands between it and the active server. */
function findAgainst(member: Member, active: Member): ReadinessReason[] {
  const { name } = member.server;
  const from = active.server.name;
  const direction = findWireDirection(active, member);
  const reasons: ReadinessReason[] = [];
  if (direction.kind === 'not-heard') {
    reasons.push(because('not-ready', `${from} sends, ${name} does not hear it`));
  }
  if (direction.kind === 'refused') {
    reasons.push(
      because('not-ready', `${name} hears ${from} and refuses it because it uses ${direction.why}`),
    );
  }
  // What arrives and is accepted agrees now; what the files say counts after the next reload.
  const level = direction.kind === 'heard' ? 'degraded' : 'not-ready';
  reasons.push(...findDisagreements(active, member).map((sentence) => because(level, sentence)));
  const isWeighed = active.instance.watched.some((item) => !item.forcesFault && item.weight !== 0);
  if (member.instance.nopreempt === true && isWeighed) {
    reasons.push(
      because(
        'degraded',
        `nopreempt is set on ${name}: it takes over when ${from} fails, not when only the priority of ${from} falls`,
      ),
    );
  }
  return reasons;
}

/** What does not keep it from taking over now, but will count. */
function findWeaknesses(
  name: string,
  report: ServerReport,
  instance: InstanceReport,
): ReadinessReason[] {
  const codes = new Set([...report.alarms, ...instance.alarms].map(({ code }) => code));
  const left = instance.watched.filter(({ isLeftOut }) => isLeftOut);
  // One that forces a Fault is of a moment ago: the state is newer.
  const failing = instance.watched.filter(
    (item) => item.isFailing && !item.isLeftOut && !item.forcesFault,
  );
  const isReported = failing.some(({ kind }) => kind === 'script');
  const rows: (ReadinessReason | false)[] = [
    codes.has('startup-delay') &&
      because('not-ready', `keepalived on ${name} waits after its start (vrrp_startup_delay)`),
    codes.has('main-process-stopped') &&
      because('degraded', `the main process of keepalived on ${name} is stopped`),
    report.startsOnBoot === false &&
      because('degraded', `keepalived does not start at boot on ${name}`),
    report.editedSinceLoad === true &&
      because('degraded', `the configuration of ${name} has changes that are not loaded`),
    report.configurationProblem !== undefined &&
      because('degraded', `the configuration of ${name} can’t be read`),
    ...left.map((item) => because('degraded', `keepalived on ${name} does not run ${item.name}`)),
    ...failing.map(({ name: item, detail }) =>
      because(
        'degraded',
        `${item} fails on ${name}${detail === '' ? '' : ` (${detail})`}, which lowers its priority`,
      ),
    ),
    instance.healthcheck?.good === false &&
      !isReported &&
      because('degraded', `the healthcheck of ${name} fails: ${instance.healthcheck.words}`),
  ];
  return rows.filter((row) => row !== false);
}

const colon = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);
