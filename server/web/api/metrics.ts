import type { FastifyPluginCallback } from 'fastify';
import type { PageDependencies } from '../page-dependencies.ts';
import type { Metrics } from './metrics-registry.ts';

/** `/metrics`: the status and this process, in the text format of Prometheus. */
export const registerMetrics: FastifyPluginCallback<
  Pick<PageDependencies, 'mirror' | 'options'>
> = (app, { mirror, options }, done) => {
  let loading: Promise<Metrics> | undefined;

  app.get('/metrics', { config: { access: 'viewer' } }, async (_request, reply) => {
    loading ??= loadMetrics();
    const metrics = await loading;
    return reply.type(metrics.contentType).send(await metrics.scrape());
  });
  done();

  /** Loaded by the first scrape: most servers have none, and every start would take longer. */
  async function loadMetrics(): Promise<Metrics> {
    const { createMetrics } = await import('./metrics-registry.ts');
    return createMetrics({
      takeSnapshot: () => mirror.current(),
      takePair: () => mirror.pairSummary(),
      countEventStreams: () => app.countEventStreams(),
      instanceLabel: options.metricsInstanceLabel,
    });
  }
};
