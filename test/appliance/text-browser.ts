import assert from 'node:assert/strict';
import { RemoteBrowser } from './remote-browser.ts';

interface Button {
  label: string;
  name: string | undefined;
  value: string;
  isDisabled: boolean;
  form: string | undefined;
}

interface Form {
  id: string | undefined;
  action: string;
  isPost: boolean;
  fields: [name: string, value: string][];
  buttons: Button[];
}

/**
 * A browser without JavaScript, for somebody who follows the manual: it has a page before it, reads its
 * words, fills its forms in and presses their buttons by their labels.
 */
export class TextBrowser {
  readonly #browser: RemoteBrowser;
  #body = '';
  #path = '';

  /** @param url of the program, without a slash at its end */
  constructor(url: string) {
    this.#browser = new RemoteBrowser(url);
  }

  /** What a person reads on the page. */
  get text(): string {
    const visible = this.#body.replaceAll(/<(script|style|head)\b.*?<\/\1>/gs, ' ');
    return unescape(visible.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');
  }

  get path(): string {
    return this.#path;
  }

  async open(path: string): Promise<string> {
    return this.#show(path, await this.#browser.get(path));
  }

  /**
   * Presses a button as a browser does, with the fields of its form, and follows where that leads.
   * @param fields what is typed, by the fields' names
   * @returns the words of the page that comes
   */
  async press(label: string, fields: Record<string, string> = {}): Promise<string> {
    const forms = readForms(this.#body);
    const found = forms
      .flatMap((form) => form.buttons.map((button) => ({ form, button })))
      .filter(({ button }) => button.label === label && !button.isDisabled);
    // The last one confirms: what stands above it may be a way to the same page.
    const pressed = found.find(({ form }) => form.isPost) ?? found[0];
    assert.ok(pressed, `no button “${label}” on ${this.#path}: ${this.text}`);
    const { form, button } = pressed;
    const owner = forms.find(({ id }) => id !== undefined && id === button.form) ?? form;
    const sent = new Map([...owner.fields, ...Object.entries(fields)]);
    if (button.name !== undefined) sent.set(button.name, button.value);
    const action = owner.action === '' ? this.#path : owner.action;
    if (owner.isPost) {
      return this.#show(action, await this.#browser.post(action, Object.fromEntries(sent)));
    }
    return this.open(`${action}?${new URLSearchParams([...sent]).toString()}`);
  }

  /** What a button of the page is called. */
  labelOf(pattern: RegExp): string {
    const buttons = readForms(this.#body).flatMap((form) => form.buttons);
    const label = buttons.find((button) => pattern.test(button.label))?.label;
    assert.ok(label !== undefined, `no button ${String(pattern)} on ${this.#path}: ${this.text}`);
    return label;
  }

  /** The value of a field of the page, as a form would send it. */
  field(name: string): string {
    const fields = readForms(this.#body).flatMap((form) => form.fields);
    const [, value] = fields.find(([one]) => one === name) ?? [];
    assert.ok(value !== undefined, `no field ${name} on ${this.#path}: ${this.text}`);
    return value;
  }

  async #show(path: string, answer: Awaited<ReturnType<RemoteBrowser['get']>>): Promise<string> {
    const { statusCode, text, body } = answer;
    const location = /^location\n(.*)$/im.exec(text.slice(0, text.indexOf('\n\n')))?.[1];
    if (statusCode >= 300 && statusCode < 400 && location !== undefined) return this.open(location);
    this.#path = path;
    this.#body = Buffer.from(body, 'latin1').toString();
    return this.text;
  }
}

const names = new Map(
  Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }),
);
const unescape = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|(\w+));/g, (whole: string, code?: string, name?: string) =>
    code === undefined ? (names.get(name ?? '') ?? whole) : String.fromCodePoint(Number(code)),
  );

function readAttributes(tag: string): Record<string, string> {
  const found = tag.matchAll(/\s([\w-]+)(?:="([^"]*)")?/g);
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, unescape(value)]));
}

function readForms(body: string): Form[] {
  return [...body.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, head = '', inner = '']) => {
    const { id, action = '', method = 'get' } = readAttributes(head);
    return {
      ...{ id, action, isPost: method === 'post' },
      ...{ fields: readFields(inner), buttons: readButtons(inner) },
    };
  });
}

function readFields(inner: string): [string, string][] {
  const inputs = [...inner.matchAll(/<input\b([^>]*)>/g)].flatMap(([, tag = '']) => {
    const { name, value, type, ...other } = readAttributes(tag);
    const isChoice = type === 'checkbox' || type === 'radio';
    if (name === undefined || 'disabled' in other || (isChoice && !('checked' in other))) return [];
    return [[name, value ?? (isChoice ? 'on' : '')] as [string, string]];
  });
  const areas = [...inner.matchAll(/<textarea\b([^>]*)>(.*?)<\/textarea>/gs)].map(
    ([, tag = '', text = '']): [string, string] => [
      readAttributes(tag)['name'] ?? '',
      unescape(text.replace(/^\n/, '')),
    ],
  );
  const lists = [...inner.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs)].map(
    ([, tag = '', options = '']): [string, string] => {
      const all = [...options.matchAll(/<option\b([^>]*)>([^<]*)/g)];
      const [, chosen = '', label = ''] = all.find(([, one = '']) => / selected\b/.test(one)) ??
        all[0] ?? ['', '', ''];
      const value = readAttributes(chosen)['value'] ?? unescape(label.trim());
      return [readAttributes(tag)['name'] ?? '', value];
    },
  );
  return [...inputs, ...areas, ...lists];
}

const readButtons = (inner: string): Button[] =>
  [...inner.matchAll(/<button\b([^>]*)>(.*?)<\/button>/gs)].map(([, tag = '', label = '']) => {
    const { name, value = '', form, ...other } = readAttributes(tag);
    const words = unescape(label.replaceAll(/<[^>]*>/g, ' '))
      .replaceAll(/\s+/g, ' ')
      .trim();
    return { label: words, name, value, form, isDisabled: 'disabled' in other };
  });
