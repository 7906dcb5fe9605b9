/** What a page, a program and an alarm say of a pair: plain data, made of the verdict. */
import { compareSettings } from './compare-settings.ts';
import type { ComparedSetting } from './compare-settings.ts';
import type { KnownServer } from './known-server.ts';
import { listVirtualAddresses } from './match-routers.ts';
import { judgePair } from './pair-verdict.ts';
import type { PairMemory } from './pair-verdict.ts';
import type { ReadinessLevel } from './readiness.ts';
import type { RouterVerdict, RouterVerdictKind } from './router-verdict.ts';
import type { InstanceReport } from './server-report.ts';
import { findWireDirection } from './wire-direction.ts';
import type { WireDirection } from './wire-direction.ts';

export interface PairSummary {
  /** This one first. */
  servers: SummarizedServer[];
  /** The worst first. */
  routers: SummarizedRouter[];
}

export interface SummarizedServer {
  name: string;
  isThis: boolean;
  isHeard: boolean;
  /** Of its report, in ms; undefined: it has told nothing yet. */
  ageMs: number | undefined;
  keepalivedVersion: string | undefined;
  startsOnBoot: boolean | undefined;
}

export interface SummarizedRouter {
  virtualRouterId: number | undefined;
  family: InstanceReport['family'];
  addresses: string[];
  kind: RouterVerdictKind;
  severity: RouterVerdict['severity'];
  /** What stands above everything else; no time in it. */
  sentence: string;
  reasons: string[];
  /** For nobody, two and switching, in ms. */
  lastsMs: number | undefined;
  /** One for each server of the pair, in its order. */
  servers: RouterOnServer[];
  /** From each server that has it to each other one. */
  wire: { from: string; to: string; direction: WireDirection }[];
  settings: ComparedSetting[];
}

export interface RouterOnServer {
  name: string;
  isThis: boolean;
  /** undefined: it has no such instance, or is not heard. */
  instanceName: string | undefined;
  state: InstanceReport['state'] | undefined;
  /** The addresses that its kernel has. */
  holds: string[];
  priority: number | undefined;
  healthcheck: { words: string; good: boolean | undefined } | undefined;
  readiness: ReadinessLevel;
  reasons: string[];
  /** In ms after the network loses the active server; undefined: it does not, or it serves. */
  takesOverMs: number | undefined;
}

/**
 * @param servers this one first
 * @param memory of the summary before
 * @param nowMs monotonic
 */
export function summarizePair(
  servers: readonly KnownServer[],
  memory: PairMemory,
  nowMs: number,
): { summary: PairSummary; memory: PairMemory } {
  const verdict = judgePair(servers, memory, nowMs);
  return {
    summary: {
      servers: servers.map(({ name, isThis, isHeard, report, ageMs }) => ({
        ...{ name, isThis, isHeard },
        ageMs: report && ageMs,
        keepalivedVersion: report?.keepalived.version,
        startsOnBoot: isHeard ? report?.startsOnBoot : undefined,
      })),
      routers: verdict.routers.map(summarizeRouter),
    },
    memory: verdict.memory,
  };
}

function summarizeRouter(verdict: RouterVerdict): SummarizedRouter {
  const { router, kind, severity, sentence, reasons, lastsMs } = verdict;
  const { virtualRouterId, family, addresses, members } = router;
  return {
    ...{ virtualRouterId, family, addresses, kind, severity, sentence, reasons, lastsMs },
    servers: verdict.readiness.map((readiness) => describeOnServer(verdict, readiness)),
    wire: members.flatMap((from) =>
      members
        .filter((to) => to !== from)
        .map((to) => ({
          ...{ from: from.server.name, to: to.server.name },
          direction: findWireDirection(from, to),
        })),
    ),
    settings: compareSettings(router),
  };
}

function describeOnServer(
  { router }: RouterVerdict,
  { server, level, reasons, takesOverMs }: RouterVerdict['readiness'][number],
): RouterOnServer {
  const instance = router.members.find((member) => member.server === server)?.instance;
  const now = server.isHeard ? instance : undefined;
  const held = (now?.addresses ?? []).filter(({ held }) => held === true);
  return {
    ...{ name: server.name, isThis: server.isThis, instanceName: instance?.name },
    state: now?.state,
    holds: now ? listVirtualAddresses({ ...now, addresses: held }) : [],
    priority: now?.priority.effective ?? now?.priority.configured,
    healthcheck: now?.healthcheck && {
      words: now.healthcheck.words,
      good: now.healthcheck.good,
    },
    readiness: level,
    reasons: reasons.map(({ sentence }) => sentence),
    takesOverMs: held.length > 0 ? undefined : takesOverMs,
  };
}
