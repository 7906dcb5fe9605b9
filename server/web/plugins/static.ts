import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';
import { publicFolder } from '../../own-folders.ts';

/** Style sheets, scripts and icons below `/public/`; the browser keeps them and asks by ETag. */
export const staticFiles: FastifyPluginAsync = async (app) => {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'public' };
  });
  await app.register(fastifyStatic, {
    root: publicFolder,
    prefix: '/public/',
    index: false,
    dotfiles: 'deny',
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'public, no-cache'),
  });
};
