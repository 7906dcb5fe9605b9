import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { PairSummary, SummarizedRouter } from '../../keepalived/pair/pair-summary.ts';
import { routerVerdictKinds } from '../../keepalived/pair/router-verdict.ts';

type Report = (labels: Record<string, string>, value: number | boolean | undefined) => void;

interface PairMetric {
  name: string;
  help: string;
  labelNames: string[];
  /** What is not known is left out: a missing sample, not a false 0. */
  collect: (pair: PairSummary, report: Report) => void;
}

const nameRouter = ({ virtualRouterId, addresses }: SummarizedRouter) => ({
  virtual_router_id: String(virtualRouterId ?? ''),
  address: addresses[0] ?? '',
});
const routerLabels = ['virtual_router_id', 'address'];

const metrics: PairMetric[] = [
  {
    name: 'keepalived_wai_pair_heard',
    help: 'Whether the other server of the pair was heard within 5 s',
    labelNames: ['server'],
    collect: ({ servers }, report) => {
      for (const { name, isThis, isHeard } of servers) {
        if (!isThis) report({ server: name }, isHeard);
      }
    },
  },
  {
    name: 'keepalived_wai_pair_report_age_seconds',
    help: 'Age of what the other server of the pair told last',
    labelNames: ['server'],
    collect: ({ servers }, report) => {
      for (const { name, isThis, ageMs } of servers) {
        if (!isThis) report({ server: name }, ageMs === undefined ? undefined : ageMs / 1000);
      }
    },
  },
  {
    name: 'keepalived_wai_pair_verdict',
    help: '1 for the verdict on the virtual router over both servers, 0 for the others',
    labelNames: [...routerLabels, 'verdict'],
    collect: ({ routers }, report) => {
      for (const router of routers) {
        for (const verdict of routerVerdictKinds) {
          report({ ...nameRouter(router), verdict }, verdict === router.kind);
        }
      }
    },
  },
  {
    name: 'keepalived_wai_pair_serves',
    help: 'Whether the server has an address of the virtual router',
    labelNames: [...routerLabels, 'server'],
    collect: ({ routers }, report) => {
      for (const router of routers) {
        for (const { name, holds, state } of router.servers) {
          const isKnown = state !== undefined && state !== 'Unknown';
          report({ ...nameRouter(router), server: name }, isKnown ? holds.length > 0 : undefined);
        }
      }
    },
  },
  {
    name: 'keepalived_wai_pair_ready',
    help: 'Whether the server would take over when the network loses the active one',
    labelNames: [...routerLabels, 'server'],
    collect: ({ routers }, report) => {
      for (const router of routers) {
        for (const { name, readiness } of router.servers) {
          const isReady = readiness === 'ready' || readiness === 'degraded';
          const value = readiness === 'unknown' ? undefined : isReady;
          report({ ...nameRouter(router), server: name }, value);
        }
      }
    },
  },
  {
    name: 'keepalived_wai_pair_takeover_seconds',
    help: 'Computed: how long after the loss of the active server this one takes over',
    labelNames: [...routerLabels, 'server'],
    collect: ({ routers }, report) => {
      for (const router of routers) {
        for (const { name, takesOverMs } of router.servers) {
          const value = takesOverMs === undefined ? undefined : takesOverMs / 1000;
          report({ ...nameRouter(router), server: name }, value);
        }
      }
    },
  },
];

/**
 * Adds what the pair says to a registry.
 * @param getPair asked by each metric when it is scraped; undefined: this server is not paired
 */
export function registerPairMetrics(
  registry: Registry,
  getPair: () => PairSummary | undefined,
): void {
  for (const { name, help, labelNames, collect } of metrics) {
    new Gauge({
      ...{ name, help, labelNames, registers: [registry] },
      collect() {
        this.reset();
        const pair = getPair();
        if (!pair) return;
        collect(pair, (labels, value) => {
          if (value !== undefined) this.set(labels, Number(value));
        });
      },
    });
  }
}
