import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Snapshot } from '../../state-keeper.ts';
import { registerStatusMetrics } from './status-metrics.ts';

export interface Metrics {
  contentType: string;
  /** All metrics in the text format of Prometheus, the status in all of them of one moment. */
  scrape(): Promise<string>;
}

/** All metrics: of the status, of the page's streams and of this process. */
export function createMetrics(sources: {
  takeSnapshot: () => Snapshot;
  countEventStreams: () => number;
}): Metrics {
  const registry = new Registry();
  let snapshot: Snapshot | undefined;
  registerStatusMetrics(registry, () => snapshot);
  new Gauge({
    name: 'keepalived_wai_event_streams',
    help: 'Open streams of server-sent events',
    registers: [registry],
    collect() {
      this.set(sources.countEventStreams());
    },
  });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return {
    contentType: registry.contentType,
    scrape() {
      // The registry collects at once, before it waits for anything: scrapes do not mix.
      snapshot = sources.takeSnapshot();
      return registry.metrics();
    },
  };
}
