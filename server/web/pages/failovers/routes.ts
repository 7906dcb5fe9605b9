import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import type { PageDependencies } from '../../page-dependencies.ts';
import { failoversQuerySchema, periods } from './query-schema.ts';
import { describeFailovers, longestList } from './view-model.ts';

/** `/keepalived/failovers`: who had the address when, and why it moved. */
export const registerFailoversPage: FastifyPluginCallbackZod<Pick<PageDependencies, 'mirror'>> = (
  app,
  { mirror },
  done,
) => {
  app.get(
    '/keepalived/failovers',
    { config: { access: 'viewer' }, schema: { querystring: failoversQuerySchema } },
    async (request, reply) => {
      const { period } = request.query;
      const { status, wallMs: nowMs } = mirror.current();
      const sinceMs = nowMs - periods[period].durationMs;
      const model = describeFailovers({
        instances: status.instances,
        records: await request.agent.readFailoverRecords({}),
        // One more, to tell that there are more.
        transitions: await request.agent.readTransitions({ limit: longestList + 1, sinceMs }),
        splitBrains: await request.agent.readSplitBrains({ limit: longestList, sinceMs }),
        ...{ period, nowMs },
      });
      return reply.page('failovers', { title: 'Failover history' }, model);
    },
  );
  done();
};
