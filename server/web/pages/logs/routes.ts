import { Readable } from 'node:stream';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { UserError } from '../../../errors.ts';
import type { PageParts } from '../../page-parts.ts';
import { logDownloadQuerySchema, logQuerySchema } from './query-schema.ts';
import { describeLogs } from './view-model.ts';

/** `/logs`: what keepalived said, and all of it as a text file. */
export const registerLogsPage: FastifyPluginCallbackZod<
  Pick<PageParts, 'operations' | 'keeper'>
> = (app, { operations, keeper }, done) => {
  app.get(
    '/logs',
    { config: { access: 'viewer' }, schema: { querystring: logQuerySchema } },
    async (request, reply) => {
      const { lines: limit, filter } = request.query;
      const log = await operations.readLog({ limit, filter: filter === '' ? undefined : filter });
      return reply.page('logs', { title: 'Keepalived Log' }, describeLogs(log, request.query));
    },
  );

  app.get(
    '/logs/download',
    { config: { access: 'viewer' }, schema: { querystring: logDownloadQuerySchema } },
    async (request, reply) => {
      const filter = request.query.filter === '' ? undefined : request.query.filter;
      // Once the first byte is sent, an error can only cut the file off.
      const log = await operations.readLog({ limit: 1 });
      if (!log.ok) throw new UserError('log-unreadable', log.message, { statusCode: 503 });
      const hostName = keeper.current().hostName.replaceAll(/[^\w.-]/g, '');
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-disposition', `attachment; filename="keepalived-${hostName}.log"`)
        .send(Readable.from(operations.exportLog({ filter })));
    },
  );
  done();
};
