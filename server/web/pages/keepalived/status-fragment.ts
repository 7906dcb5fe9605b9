import type { Role } from '../../../access/accounts.ts';
import type { Partials } from '../../templates.ts';
import type { StatusEvent } from '../../updates/status-updates.ts';
import { prepareHtml } from '../../view/prepared-html.ts';
import type { PreparedHtml } from '../../view/prepared-html.ts';
import type { Tab } from './tab.ts';
import { describeKeepalived } from './view-model.ts';

/** The part of the page that changes with the status. */
export interface StatusFragment {
  tab: Tab;
  /** Made for everybody of a role: its forms have no token yet. */
  html: string;
  prepared: PreparedHtml;
}

/**
 * Renders it once for each role and status event, however many pages and streams ask for it.
 * @param renderFragment makes the HTML of a partial
 */
export function createStatusFragments(
  renderFragment: (template: 'keepalived-live', model: Partials['keepalived-live']) => string,
): (event: StatusEvent, role: Role) => StatusFragment {
  const newest = new Map<Role, { event: StatusEvent; fragment: StatusFragment }>();
  return (event, role) => {
    const known = newest.get(role);
    if (known?.event === event) return known.fragment;
    const model = describeKeepalived(event.snapshot, event.pair);
    const page = { csrfToken: '', user: { role } };
    const html = renderFragment('keepalived-live', { ...model, page });
    const fragment = { tab: model.tab, html, prepared: prepareHtml(html) };
    newest.set(role, { event, fragment });
    return fragment;
  };
}
