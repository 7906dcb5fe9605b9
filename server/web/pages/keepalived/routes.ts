import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { PageDependencies } from '../../page-dependencies.ts';
import { createFeed } from '../../updates/feed.ts';
import type { StatusUpdates } from '../../updates/status-updates.ts';
import { describeAction } from '../../view/action-flash.ts';
import { describeAnyway } from '../../view/change/anyway.ts';
import { describeWaiting } from '../../view/change/waiting-change.ts';
import { forEachRole, getRole } from '../../view/role.ts';
import { shownWordsSchema } from '../../view/shown-words.ts';
import { describeNotice } from './notice.ts';
import { createStatusFragments } from './status-fragment.ts';

const startFormSchema = z.strictObject({ startAnyway: z.literal('yes').optional() });
const noticeFormSchema = z.strictObject({ id: z.uuid() });
const acceptedFormSchema = z.strictObject({ accepted: shownWordsSchema }).optional();

export interface KeepalivedPageOptions extends Pick<PageDependencies, 'mirror'> {
  updates: StatusUpdates;
}

/** `/keepalived`: the status, live, and the actions on the daemon. */
export const registerKeepalivedPage: FastifyPluginCallbackZod<KeepalivedPageOptions> = (
  app,
  { mirror, updates },
  done,
) => {
  const describeStatusFragment = createStatusFragments((...request) =>
    app.renderFragment(...request),
  );

  app.get('/keepalived', { config: { access: 'viewer' } }, (request, reply) => {
    const { tab, prepared } = describeStatusFragment(updates.current(), getRole(request));
    return reply.page(
      'keepalived',
      { title: 'Keepalived', prepared },
      {
        tab,
        waiting: describeWaiting(mirror.waiting()),
        notices: mirror.notices().map(describeNotice),
      },
    );
  });

  app.post(
    '/keepalived/notices/dismiss',
    { config: { access: 'admin' }, schema: { body: noticeFormSchema } },
    async (request, reply) => {
      await request.agent.dismissNotice({ id: request.body.id });
      return reply.redirect('/keepalived', 303);
    },
  );

  // Without a token: the browser puts that of its session into the forms.
  const feeds = forEachRole((role) =>
    createFeed(updates, 'page', (event) => describeStatusFragment(event, role).html),
  );
  app.get(
    '/keepalived/events',
    { config: { access: 'viewer' }, exposeHeadRoute: false },
    (request, reply) => {
      feeds[getRole(request)].open(reply);
    },
  );

  app.post(
    '/keepalived/start',
    { config: { access: 'admin' }, schema: { body: startFormSchema } },
    async (request, reply) => {
      const outcome = await request.agent.controlKeepalived({
        action: 'start',
        startAnyway: request.body.startAnyway === 'yes',
      });
      if (outcome.needsConfirmation) {
        reply.code(409);
        return reply.page(
          'start-anyway',
          { title: 'Start keepalived' },
          { sentence: outcome.sentence, dangers: outcome.dangers ?? [] },
        );
      }
      return reply.flash(describeAction(outcome)).redirect('/keepalived', 303);
    },
  );

  app.post(
    '/keepalived/stop',
    { config: { access: 'admin' }, schema: { body: acceptedFormSchema } },
    async (request, reply) => {
      const outcome = await request.agent.controlKeepalived({
        action: 'stop',
        acceptedDangers: request.body?.accepted ?? [],
      });
      if (outcome.needsConfirmation) {
        const path = '/keepalived/stop';
        const back = { path: '/keepalived', label: 'Return to Keepalived' };
        reply.code(409);
        return reply.page(
          'anyway',
          { title: 'Stop keepalived' },
          describeAnyway('stop', outcome, { path, fields: {}, back }),
        );
      }
      return reply.flash(describeAction(outcome)).redirect('/keepalived', 303);
    },
  );

  app.post(
    '/keepalived/reload',
    { config: { access: 'admin' }, schema: { body: acceptedFormSchema } },
    async (request, reply) => {
      const outcome = await request.agent.controlKeepalived({
        action: 'reload',
        acceptedDangers: request.body?.accepted ?? [],
      });
      if (outcome.needsConfirmation) {
        const { sentence, dangers = [] } = outcome;
        reply.code(409);
        return reply.page(
          'reload-anyway',
          { title: 'Reload keepalived' },
          { title: 'Not reloaded yet', sentence, dangers, findings: [] },
        );
      }
      return reply.flash(describeAction(outcome)).redirect('/keepalived', 303);
    },
  );
  done();
};
