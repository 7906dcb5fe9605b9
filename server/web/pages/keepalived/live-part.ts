import type { Role } from '../../../access/accounts.ts';
import type { StatusEvent } from '../../live/live-status.ts';
import type { Partials } from '../../templates.ts';
import { prepareHtml } from '../../view/prepared-html.ts';
import type { PreparedHtml } from '../../view/prepared-html.ts';
import type { Tab } from './tab.ts';
import { describeKeepalived } from './view-model.ts';

/** The part of the page that changes with the status. */
export interface LivePart {
  tab: Tab;
  /** Made for everybody of a role: its forms have no token yet. */
  html: string;
  prepared: PreparedHtml;
}

/**
 * Renders it once for each role and look at the status, however many pages and streams ask for it.
 * @param renderFragment makes the HTML of a partial
 */
export function createLivePart(
  renderFragment: (template: 'keepalived-live', model: Partials['keepalived-live']) => string,
): (event: StatusEvent, role: Role) => LivePart {
  const newest = new Map<Role, { event: StatusEvent; part: LivePart }>();
  return (event, role) => {
    const known = newest.get(role);
    if (known?.event === event) return known.part;
    const model = describeKeepalived(event.snapshot);
    const page = { csrfToken: '', user: { role } };
    const html = renderFragment('keepalived-live', { ...model, page });
    const part = { tab: model.tab, html, prepared: prepareHtml(html) };
    newest.set(role, { event, part });
    return part;
  };
}
