import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { PairSummary } from '../../keepalived/pair/pair-summary.ts';
import type { Snapshot } from '../../state/state-keeper.ts';
import { registerPairMetrics } from './pair-metrics.ts';
import { registerStatusMetrics } from './status-metrics.ts';

export interface Metrics {
  contentType: string;
  /** All metrics in the text format of Prometheus, the status in all of them of one moment. */
  scrape(): Promise<string>;
}

/** All metrics: of the status, of the page's streams and of this process. */
export function createMetrics(sources: {
  takeSnapshot: () => Snapshot;
  takePair: () => PairSummary | undefined;
  countEventStreams: () => number;
  /** The label with the name of a VRRP instance. */
  instanceLabel: string;
}): Metrics {
  const registry = new Registry();
  let snapshot: Snapshot | undefined;
  registerStatusMetrics(registry, () => snapshot, sources.instanceLabel);
  registerPairMetrics(registry, sources.takePair);
  new Gauge({
    name: 'keepalived_wai_event_streams',
    help: 'Open streams of server-sent events',
    registers: [registry],
    collect() {
      this.set(sources.countEventStreams());
    },
  });
  // Its own samples of the event loop are removed below, so they may be as seldom as can be.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 60_000 });
  // A gauge that ends in _total is none that `promtool check metrics` accepts; the same numbers by
  // type are among the others.
  for (const name of ['handles', 'requests', 'resources']) {
    registry.removeSingleMetric(`nodejs_active_${name}_total`);
  }
  // Measured: with nothing recorded since the last scrape they say NaN and 292 years, and of an idle
  // program 100 ms, the interval of their own timer. nodejs_eventloop_lag_seconds has neither.
  for (const name of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99']) {
    registry.removeSingleMetric(`nodejs_eventloop_lag_${name}_seconds`);
  }
  registerProcessorTime(registry);
  return {
    contentType: registry.contentType,
    scrape() {
      // The registry collects at once, before it waits for anything: scrapes do not mix.
      snapshot = sources.takeSnapshot();
      return registry.metrics();
    },
  };
}

/** Since the process began; the counters of prom-client begin with the first scrape. */
function registerProcessorTime(registry: Registry): void {
  const parts = {
    process_cpu_user_seconds_total: ({ user }: NodeJS.CpuUsage) => user,
    process_cpu_system_seconds_total: ({ system }: NodeJS.CpuUsage) => system,
    process_cpu_seconds_total: ({ user, system }: NodeJS.CpuUsage) => user + system,
  };
  for (const [name, select] of Object.entries(parts)) {
    registry.removeSingleMetric(name);
    new Counter({
      ...{ name, registers: [registry] },
      help: 'Processor time of this process since it began, in seconds',
      collect() {
        this.reset();
        this.inc(select(process.cpuUsage()) / 1_000_000);
      },
    });
  }
}
