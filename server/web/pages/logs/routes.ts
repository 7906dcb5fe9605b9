import { Readable } from 'node:stream';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { UserError } from '../../../shared/errors.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { createFollowedLines } from './followed-lines.ts';
import { readLogExport } from './log-export.ts';
import { describeQuery } from './query-remarks.ts';
import {
  logEventsQuerySchema,
  logFilterSchema,
  logQuerySchema,
  readFilter,
} from './query-schema.ts';
import { describeLogs } from './view-model.ts';

export interface LogPageOptions extends Pick<PageDependencies, 'mirror'> {
  /** Calls back whenever keepalived logged something. Returns the function that ends it. */
  followLog: (onLines: () => void) => () => void;
}

/** `/logs`: what keepalived said, what it says from now on, and all of it as a text file. */
export const registerLogsPage: FastifyPluginCallbackZod<LogPageOptions> = (
  app,
  { mirror, followLog },
  done,
) => {
  app.get(
    '/logs',
    { config: { access: 'viewer' }, schema: { querystring: logQuerySchema } },
    async (request, reply) => {
      const { lines: limit, before } = request.query;
      const log = await request.agent.readLog({ limit, before, ...readFilter(request.query) });
      if (!log.ok && log.problem === 'unknown-place') {
        throw new UserError('log-place-unknown', log.message, { statusCode: 404 });
      }
      return reply.page(
        'logs',
        { title: 'Keepalived Log' },
        describeLogs(log, request.query, Date.now()),
      );
    },
  );

  const followedLines = createFollowedLines(followLog);
  app.get(
    '/logs/events',
    {
      config: { access: 'viewer' },
      exposeHeadRoute: false,
      schema: { querystring: logEventsQuerySchema },
    },
    (request, reply) => {
      const { after } = request.query;
      followedLines.follow(reply.sendEvents(), request.agent, after, readFilter(request.query));
    },
  );

  app.get(
    '/logs/download',
    { config: { access: 'viewer' }, schema: { querystring: logFilterSchema } },
    async (request, reply) => {
      // All of the log is not what was asked for.
      const remarks = describeQuery(request.query);
      if (remarks.length > 0) {
        throw new UserError('log-query-unclear', remarks.join(' '), { statusCode: 400 });
      }
      // Once the first byte is sent, an error can only cut the file off.
      const log = await request.agent.readLog({ limit: 1 });
      if (!log.ok) throw new UserError('log-unreadable', log.message, { statusCode: 503 });
      const hostName = mirror.current().hostName.replaceAll(/[^\w.-]/g, '');
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-disposition', `attachment; filename="keepalived-${hostName}.log"`)
        .send(Readable.from(readLogExport(request.agent, readFilter(request.query))));
    },
  );
  done();
};
