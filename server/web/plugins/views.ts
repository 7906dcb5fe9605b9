import { Readable } from 'node:stream';
import view from '@fastify/view';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { viewsFolder } from '../../own-folders.ts';
import { version } from '../../shared/version.ts';
import { createTemplates } from '../edge/template-addresses.ts';
import type { PageModels, Partials, PreparedPages } from '../templates.ts';
import type { NavigationLink, PageModel } from '../view/page-model.ts';
import { joinPieces, place, prepareShell } from '../view/prepared-html.ts';
import type { PreparedHtml, Shell } from '../view/prepared-html.ts';

/** All that the frame of a page depends on. */
interface PageFacts extends Pick<PageModel, 'title' | 'hostName' | 'user' | 'warnings' | 'flash'> {
  path: string;
  /** What the navigation leads to is not open yet. */
  mustChoosePassword: boolean;
}

export interface PageOptions {
  title: string;
  /** Stands where the template has `it.prepared.place`. */
  prepared?: PreparedHtml;
}

declare module 'fastify' {
  interface FastifyReply {
    /** Sends the page that `views/NAME.eta` makes of `model`, with `it.page` filled in. */
    page<Name extends keyof PageModels>(
      template: Name,
      page: Name extends PreparedPages ? Required<PageOptions> : Omit<PageOptions, 'prepared'>,
      model: PageModels[Name],
    ): Promise<FastifyReply>;
  }
  interface FastifyInstance {
    /** The HTML that `views/partials/NAME.eta` makes of `model`. */
    renderFragment<Name extends keyof Partials>(template: Name, model: Partials[Name]): string;
  }
}

export interface ViewsOptions {
  hostName: () => string;
  listWarnings: () => string[];
  navigation: NavigationLink[];
  /** WAI_BASE_PATH; empty: the page is at the root. */
  basePath: string;
  /** A warning about how an administrator's own request came. */
  findConnectionWarning: (request: FastifyRequest) => string | undefined;
}

/** Templates: Eta with autoescape, compiled once. */
export const views = fastifyPlugin<ViewsOptions>(
  async (app, { hostName, listWarnings, navigation, basePath, findConnectionWarning }) => {
    const eta = createTemplates(viewsFolder, basePath);
    app.decorate('renderFragment', (template: keyof Partials, model: object) =>
      eta.render(`/partials/${template}`, model),
    );
    await app.register(view, {
      engine: { eta },
      templates: viewsFolder,
      production: true,
    });

    const describePage = ({
      path,
      mustChoosePassword,
      ...facts
    }: PageFacts): Omit<PageModel, 'csrfToken'> => ({
      ...facts,
      version,
      navigation:
        facts.user && !mustChoosePassword ? navigation.map((link) => withCurrent(link, path)) : [],
    });

    const shells = new Map<string, Shell>();
    /** Most pages differ from the one before in nothing but the token. */
    const findShell = async (
      reply: FastifyReply,
      template: string,
      facts: PageFacts,
      model: object,
    ) => {
      const key = JSON.stringify([template, facts, model]);
      const known = shells.get(key);
      if (known) return known;
      const page: PageModel = { ...describePage(facts), csrfToken: '' };
      const shell = prepareShell(
        await reply.viewAsync(template, { ...model, page, prepared: { place } }),
      );
      if (shells.size >= maximumShells) shells.clear();
      shells.set(key, shell);
      return shell;
    };

    app.decorateReply('page', async function (template, { title, prepared }: PageOptions, model) {
      const isAdmin = this.request.user?.role === 'admin';
      const ownWarning = isAdmin ? findConnectionWarning(this.request) : undefined;
      const warnings = isAdmin ? [...listWarnings(), ownWarning ?? []].flat() : [];
      const facts = readFacts(this, { title, hostName: hostName(), warnings });
      if (!prepared) {
        const page = withToken(describePage(facts), this);
        return this.send(await this.viewAsync(template, { ...model, page }));
      }
      const shell = await findShell(this, template, facts, model);
      return sendPieces(this, joinPieces(shell, prepared, this.makeFormToken()));
    });
  },
);

/** One for each user and message; they are small. */
const maximumShells = 16;
/** From here on to copy a page into one costs three times as much as to send its pieces. */
const largeBytes = 64 * 1024;

function sendPieces(reply: FastifyReply, pieces: Buffer[]): FastifyReply {
  reply.type('text/html; charset=utf-8');
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length < largeBytes) return reply.send(Buffer.concat(pieces, length));
  const body = new Readable({ read: () => undefined });
  for (const piece of [...pieces, null]) body.push(piece);
  return reply.header('content-length', length).send(body);
}

function readFacts(
  { request }: FastifyReply,
  known: Pick<PageFacts, 'title' | 'hostName' | 'warnings'>,
): PageFacts {
  const [path = ''] = request.url.split('?');
  const { user, mustChoosePassword } = request;
  return { ...known, path, user, mustChoosePassword, flash: request.takeFlash() };
}

function withToken(facts: Omit<PageModel, 'csrfToken'>, reply: FastifyReply): PageModel {
  let csrfToken: string | undefined;
  return {
    ...facts,
    get csrfToken() {
      return (csrfToken ??= reply.makeFormToken());
    },
  };
}

function withCurrent(link: NavigationLink, path: string) {
  return { ...link, current: path === link.href || path.startsWith(`${link.href}/`) };
}
