import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Snapshot } from '../../state-keeper.ts';
import { registerStatusMetrics } from './status-metrics.ts';

/** All metrics: of the status, of the page's streams and of this process. */
export function createMetricsRegistry(sources: {
  takeSnapshot: () => Snapshot;
  countEventStreams: () => number;
}): Registry {
  const registry = new Registry();
  registerStatusMetrics(registry, sources.takeSnapshot);
  new Gauge({
    name: 'keepalived_wai_event_streams',
    help: 'Open streams of server-sent events',
    registers: [registry],
    collect() {
      this.set(sources.countEventStreams());
    },
  });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return registry;
}
