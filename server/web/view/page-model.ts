import type { Role, User } from '../../access/accounts.ts';
import type { Flash } from '../plugins/flash.ts';

/** A link in the navigation on the left. */
export interface NavigationLink {
  label: string;
  href: string;
}

/** What the layout needs, in the template of every page as `it.page`. */
export interface PageModel {
  title: string;
  /** Two servers' pages must never be mistaken for each other. */
  hostName: string;
  navigation: (NavigationLink & { current: boolean })[];
  /** This program's own. */
  version: string;
  /** For the hidden field `_csrf`. Asking for it sets a cookie, so ask only within a form. */
  readonly csrfToken: string;
  user: User | undefined;
  /** For administrators: what makes this page less safe than it should be. */
  warnings: string[];
  flash: Flash[];
}

/** What a live part knows of the page around it. */
export interface LivePageModel extends Pick<PageModel, 'csrfToken'> {
  user: { role: Role } | undefined;
}

/** What a page's template tells the layout, or its model by a field of the same name. */
export interface LayoutOptions {
  /** Another title and icon for the browser's tab. */
  tab?: { title: string; icon: string };
  /** After how long the browser loads the page again, where scripts are off. */
  refreshSeconds?: number | undefined;
  /** Files of `public/js/`. */
  scripts?: string[];
  /** Files of `public/build/`. */
  bundles?: string[];
  /** Allows the editor its own styles. */
  styleNonce?: string;
}

export interface LayoutModel extends LayoutOptions {
  page: PageModel;
  /** The HTML of the page itself. */
  body: string;
}
