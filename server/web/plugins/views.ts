import { join } from 'node:path';
import { Readable } from 'node:stream';
import view from '@fastify/view';
import { Eta } from 'eta';
import type { FastifyReply } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { User } from '../../access/accounts.ts';
import { insertPieces, insertText } from '../view/prepared-html.ts';
import type { PreparedHtml } from '../view/prepared-html.ts';
import { takeFlash } from './flash.ts';
import type { Flash } from './flash.ts';

/** A link in the navigation on the left. */
export interface NavigationLink {
  label: string;
  href: string;
}

/** What the layout needs, in every template as `it.page`. */
export interface PageModel {
  title: string;
  /** Two servers' pages must never be mistaken for each other. */
  hostName: string;
  navigation: (NavigationLink & { current: boolean })[];
  /** For the hidden field `_csrf`. Asking for it starts a session, so ask only within a form. */
  readonly csrfToken: string;
  user: User | undefined;
  flash: Flash[];
}

export interface PageOptions {
  title: string;
  /** Stands where the template has its `place`. */
  prepared?: PreparedHtml;
}

declare module 'fastify' {
  interface FastifyReply {
    /** Sends the page that `views/<template>.eta` makes of `model`, with `it.page` filled in. */
    page(template: string, page: PageOptions, model?: object): Promise<FastifyReply>;
  }
  interface FastifyInstance {
    /** The HTML that `views/partials/<template>.eta` makes of `model`. */
    renderFragment(template: string, model: object): string;
  }
}

export interface ViewsOptions {
  hostName: () => string;
  navigation: NavigationLink[];
}

const viewsFolder = join(import.meta.dirname, '../../../views');

/** Templates: Eta with autoescape, compiled once. */
export const views = fastifyPlugin<ViewsOptions>(async (app, { hostName, navigation }) => {
  const eta = new Eta({ views: viewsFolder, cache: true, autoEscape: true });
  app.decorate('renderFragment', (template: string, model: object) =>
    eta.render(`/partials/${template}`, model),
  );
  await app.register(view, {
    engine: { eta },
    templates: viewsFolder,
    production: true,
  });

  app.decorateReply('page', async function (template, { title, prepared }, model = {}) {
    const page = createPageModel(this, title, hostName(), navigation);
    const html = await this.viewAsync(template, { ...model, prepared, page });
    if (!prepared) return this.send(html);
    if (prepared.html.length < largeLength) {
      return this.send(insertText(html, prepared, page.csrfToken));
    }
    return sendPieces(this, insertPieces(html, prepared, page.csrfToken));
  });
});

/** From here on a page is sent as bytes; below, one write of a text costs less. */
const largeLength = 64 * 1024;

function sendPieces(reply: FastifyReply, pieces: Buffer[]): FastifyReply {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const body = new Readable({ read: () => undefined });
  for (const piece of [...pieces, null]) body.push(piece);
  return reply.header('content-length', length).send(body);
}

function createPageModel(
  reply: FastifyReply,
  title: string,
  hostName: string,
  navigation: NavigationLink[],
): PageModel {
  const { request } = reply;
  const [path = ''] = request.url.split('?');
  let csrfToken: string | undefined;
  return {
    title,
    hostName,
    navigation: request.user ? navigation.map((link) => withCurrent(link, path)) : [],
    get csrfToken() {
      return (csrfToken ??= reply.generateCsrf());
    },
    user: request.user,
    flash: takeFlash(request),
  };
}

function withCurrent(link: NavigationLink, path: string) {
  return { ...link, current: path === link.href || path.startsWith(`${link.href}/`) };
}
