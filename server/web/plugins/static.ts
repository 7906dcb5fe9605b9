import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { FastifyPluginCallback } from 'fastify';
import { readOwnFiles } from '../../own-files.ts';
import { publicFolder } from '../../own-folders.ts';

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Style sheets, scripts and icons below `/public/`; the browser keeps them and asks by ETag. */
export const staticFiles: FastifyPluginCallback = (app, _options, done) => {
  const files = new Map(
    [...readOwnFiles(publicFolder)].flatMap(([path, content]) => {
      const type = types[extname(path)];
      const digest = createHash('sha256').update(content).digest('base64url');
      return type === undefined ? [] : [[path, { type, content, etag: `"${digest}"` }] as const];
    }),
  );
  app.get<{ Params: { '*': string } }>(
    '/public/*',
    { config: { access: 'public' } },
    (request, reply) => {
      const file = files.get(request.params['*']);
      if (!file) {
        reply.callNotFound();
        return reply;
      }
      reply.header('cache-control', 'public, no-cache').header('etag', file.etag);
      if (request.headers['if-none-match']?.includes(file.etag)) return reply.code(304).send();
      return reply.type(file.type).send(file.content);
    },
  );
  done();
};
