import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { PageDependencies } from '../page-dependencies.ts';
import { createFeed } from '../updates/feed.ts';
import type { StatusUpdates } from '../updates/status-updates.ts';
import { describeApi } from './openapi.ts';
import { describePairForPrograms } from './pair-document.ts';
import { describeStatus } from './status-document.ts';
import { describeTransitions, transitionsQuerySchema } from './transitions-document.ts';

/** What a client sends that was connected before; of any other text nothing is known. */
const resumeSchema = z.object({
  'last-event-id': z.coerce.number().int().nonnegative().optional().catch(undefined),
});

export interface ApiOptions extends Pick<PageDependencies, 'mirror'> {
  updates: StatusUpdates;
  /** WAI_BASE_PATH; empty: the page is at the root. */
  basePath: string;
}

/** `/api/v1`: the status for programs, from the snapshot that the page is made of. */
export const registerApi: FastifyPluginCallbackZod<ApiOptions> = (
  app,
  { mirror, updates, basePath },
  done,
) => {
  const config = { access: 'viewer' } as const;
  const events = createFeed(updates, 'status', ({ snapshot }) => describeStatus(snapshot));
  const pairEvents = createFeed(updates, 'pair', ({ pair, snapshot }) =>
    describePairForPrograms(pair, snapshot.wallMs),
  );

  app.get('/api/v1/status', { config }, (_request, reply) =>
    reply.send(describeStatus(mirror.current())),
  );
  app.get('/api/v1/pair', { config }, (_request, reply) =>
    reply.send(describePairForPrograms(mirror.pairSummary(), mirror.current().wallMs)),
  );
  app.get(
    '/api/v1/pair/events',
    { config, schema: { headers: resumeSchema }, exposeHeadRoute: false },
    (request, reply) => {
      pairEvents.open(reply, request.headers['last-event-id']);
    },
  );
  app.get(
    '/api/v1/transitions',
    { config, schema: { querystring: transitionsQuerySchema } },
    async (request, reply) => {
      const { limit, since } = request.query;
      const sinceMs = since === undefined ? undefined : Date.parse(since);
      const query = { limit, sinceMs };
      const records = await request.agent.readFailoverRecords({});
      return reply.send(
        describeTransitions(
          await request.agent.readTransitions(query),
          await request.agent.readSplitBrains(query),
          records.filter((record) => record.kind === 'action'),
        ),
      );
    },
  );
  app.get('/api/v1/openapi.json', { config }, (_request, reply) =>
    reply.send(describeApi(basePath)),
  );
  app.get(
    '/api/v1/events',
    { config, schema: { headers: resumeSchema }, exposeHeadRoute: false },
    (request, reply) => {
      events.open(reply, request.headers['last-event-id']);
    },
  );
  done();
};
