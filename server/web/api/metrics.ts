import type { FastifyPluginCallback } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { PageParts } from '../page-parts.ts';
import { registerStatusMetrics } from './status-metrics.ts';

/** `/metrics`: the status and this process, in the text format of Prometheus. */
export const registerMetrics: FastifyPluginCallback<Pick<PageParts, 'keeper'>> = (
  app,
  { keeper },
  done,
) => {
  const registry = new Registry();
  const registers = [registry];
  registerStatusMetrics(registry, () => keeper.current());
  new Gauge({
    name: 'keepalived_wai_event_streams',
    help: 'Open streams of server-sent events',
    registers,
    collect() {
      this.set(app.countEventStreams());
    },
  });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });

  app.get('/metrics', { config: { access: 'viewer' } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  app.addHook('onClose', (_instance, next) => {
    registry.clear();
    next();
  });
  done();
};
