import type { StatusEvent } from '../../live/live-status.ts';
import { prepareHtml } from '../../view/prepared-html.ts';
import type { PreparedHtml } from '../../view/prepared-html.ts';
import type { Tab } from './tab.ts';
import { describeKeepalived } from './view-model.ts';

/** The part of the page that changes with the status. */
export interface LivePart {
  tab: Tab;
  /** Made for everybody: its forms have no token yet. */
  html: string;
  prepared: PreparedHtml;
}

/**
 * Renders it once for each look at the status, however many pages and streams ask for it.
 * @param renderFragment makes the HTML of a partial
 */
export function createLivePart(
  renderFragment: (template: string, model: object) => string,
): (event: StatusEvent) => LivePart {
  let newest: { event: StatusEvent; part: LivePart } | undefined;
  return (event) => {
    if (newest?.event !== event) {
      const model = describeKeepalived(event.snapshot);
      const html = renderFragment('keepalived-live', { ...model, page: { csrfToken: '' } });
      newest = { event, part: { tab: model.tab, html, prepared: prepareHtml(html) } };
    }
    return newest.part;
  };
}
