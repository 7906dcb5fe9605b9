import type { FastifyPluginCallback } from 'fastify';
import type { Registry } from 'prom-client';
import type { PageParts } from '../page-parts.ts';

/** `/metrics`: the status and this process, in the text format of Prometheus. */
export const registerMetrics: FastifyPluginCallback<Pick<PageParts, 'keeper'>> = (
  app,
  { keeper },
  done,
) => {
  let registry: Promise<Registry> | undefined;

  app.get('/metrics', { config: { access: 'viewer' } }, async (_request, reply) => {
    registry ??= createRegistry();
    const metrics = await registry;
    return reply.type(metrics.contentType).send(await metrics.metrics());
  });
  done();

  /** Loaded by the first scrape: most servers have none, and every start would take longer. */
  async function createRegistry(): Promise<Registry> {
    const { createMetricsRegistry } = await import('./metrics-registry.ts');
    return createMetricsRegistry({
      takeSnapshot: () => keeper.current(),
      countEventStreams: () => app.countEventStreams(),
    });
  }
};
