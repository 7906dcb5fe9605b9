import type { Summary } from './summary.ts';

/** What the browser's tab shows, also while another tab is in front. */
export interface Tab {
  title: string;
  /** Path of the icon. */
  icon: string;
}

/**
 * The tab's title and icon carry the page's first sentence in a word.
 * @param lead undefined: there is nothing to speak of
 */
export function describeTab(lead: Summary | undefined, hostName: string): Tab {
  const page = `${hostName} - Keepalived`;
  if (lead === undefined) return { title: page, icon: '/public/icons/favicon.svg' };
  const icon = lead.shape === '!' || lead.word === 'Maintenance' ? 'warning' : lead.word;
  return {
    title: `${lead.shape} ${lead.word} - ${page}`,
    icon: `/public/icons/state-${icon.toLowerCase()}.svg`,
  };
}
