/**
 * Edits that change only the lines they must: comments and layout stay byte for byte elsewhere.
 * Each returns the new text, or why it is refused: a value that keepalived could not read back, or
 * a place that is not plain text (a `$` definition, an `@` condition, a damaged line).
 */
import { findScriptRequest } from '../../healthcheck/find-probe.ts';
import { isHealthcheckAddress } from '../../healthcheck/healthcheck-url.ts';
import type { Word } from '../../language/tokens.ts';
import type { ConfigurationTree } from '../../language/tree.ts';
import { placeholderNote, placeholderVirtualAddress } from '../default-configurations.ts';
import { addStatement, setBlockValue } from './block-edits.ts';
import { createRefusal, writeValue } from './edit-values.ts';
import type { Refusal } from './edit-values.ts';
import { checkBlock, findEditableBlock, findOwnStatement, isPlain } from './editable-blocks.ts';
import type { EditableBlock } from './editable-blocks.ts';
import { setEntries } from './entry-edits.ts';
import { applyTextEdits, lineAt, removeStatement, replaceWords } from './text-edits.ts';
import type { TextEdit } from './text-edits.ts';

export type EditResult = { ok: true; text: string } | Refusal;

export type InstanceKeyword =
  'state' | 'interface' | 'virtual_router_id' | 'priority' | 'advert_int';

/** What keepalived takes for a value; the interface is left to the machine to judge. */
const valueRules: Record<InstanceKeyword, { pattern: RegExp; says: string }> = {
  state: { pattern: /^(?:MASTER|BACKUP)$/, says: 'MASTER or BACKUP' },
  interface: { pattern: /[^]/, says: 'the name of an interface' },
  virtual_router_id: { pattern: /^(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/, says: '1 to 255' },
  priority: { pattern: /^(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/, says: '1 to 255' },
  advert_int: { pattern: /^(?=.*[1-9])\d{1,3}(?:\.\d{1,6})?$/, says: 'a number of seconds' },
};

/** Sets a value of a `vrrp_instance`, or adds its line. */
export function setInstanceValue(
  tree: ConfigurationTree,
  instanceName: string,
  keyword: InstanceKeyword,
  value: string | number,
): EditResult {
  const text = String(value);
  const { pattern, says } = valueRules[keyword];
  if (!pattern.test(text)) return createRefusal(`The value of ${keyword} must be ${says}.`);
  const quoted = writeValue(text, `The value of ${keyword}`);
  if (!quoted.ok) return quoted;
  return editBlock(tree, 'vrrp_instance', instanceName, (block) =>
    setBlockValue(tree, block, keyword, quoted.written),
  );
}

/** Sets or removes `nopreempt`; its obsolete opposite `preempt` must not stand there too. */
export function setInstanceFlag(
  tree: ConfigurationTree,
  instanceName: string,
  flag: 'nopreempt',
  on: boolean,
): EditResult {
  return editBlock(tree, 'vrrp_instance', instanceName, (block) => {
    const opposite = findOwnStatement(block, 'preempt');
    if (!opposite.ok) return opposite;
    if (opposite.statement !== undefined) {
      return createRefusal(
        `${block.label} has “preempt” on line ${opposite.statement.line}: remove it.`,
      );
    }
    const own = findOwnStatement(block, flag);
    if (!own.ok) return own;
    if (own.statement === undefined) return on ? [addStatement(tree, block, flag, [flag])] : [];
    return on ? [] : [removeStatement(tree, own.statement)];
  });
}

/**
 * Makes these the entries of `virtual_ipaddress`, each an address with or without options
 * (`10.0.0.1/24 dev eth1`). Unchanged entries keep their lines.
 * @param keepsOptions whether one that is given without options keeps those that it has
 */
export function setVirtualAddresses(
  tree: ConfigurationTree,
  instanceName: string,
  addresses: readonly string[],
  { keepsOptions }: { keepsOptions: boolean },
): EditResult {
  if (addresses.length === 0)
    return createRefusal('An instance needs at least one virtual address.');
  return editBlock(tree, 'vrrp_instance', instanceName, (block) => {
    const changes = setEntries(tree, block, 'virtual_ipaddress', addresses, { keepsOptions });
    const isChanged = !addresses.some((address) => address.startsWith(placeholderVirtualAddress));
    return Array.isArray(changes) && isChanged
      ? [...changes, ...removePlaceholderNote(tree, block)]
      : changes;
  });
}

/** The packaged comment that asks for a change goes with the address it speaks of. */
function removePlaceholderNote(tree: ConfigurationTree, block: EditableBlock): TextEdit[] {
  const own = findOwnStatement(block, 'virtual_ipaddress');
  if (!own.ok || own.statement === undefined || own.statement.line < 2) return [];
  const { start, text } = lineAt(tree, own.statement.line - 1);
  const at = /^\s*[#!]/.test(text) ? text.indexOf(placeholderNote) : -1;
  if (at === -1) return [];
  return [{ start: start + at, end: start + at + placeholderNote.length, replacement: '' }];
}

/** Makes these the unicast peers; without any the block is removed and adverts are multicast. */
export function setUnicastPeers(
  tree: ConfigurationTree,
  instanceName: string,
  peers: readonly string[],
): EditResult {
  return editBlock(tree, 'vrrp_instance', instanceName, (block) =>
    setEntries(tree, block, 'unicast_peer', peers, {
      keepsOptions: true,
      ignoresPrefixLength: true,
    }),
  );
}

export type AuthenticationSetting = { type: 'none' } | { type: 'PASS' | 'AH'; password: string };

/** Sets or removes the `authentication` block. No refusal repeats the password. */
export function setAuthentication(
  tree: ConfigurationTree,
  instanceName: string,
  setting: AuthenticationSetting,
): EditResult {
  return editBlock(tree, 'vrrp_instance', instanceName, (instance) => {
    const own = findOwnStatement(instance, 'authentication');
    if (!own.ok) return own;
    const { statement } = own;
    if (setting.type === 'none') {
      const odd = statement?.block?.children.find((node) => !isPlain(node));
      if (odd) return createRefusal(`Line ${odd.line} is not plain text: edit the text itself.`);
      return statement ? [removeStatement(tree, statement)] : [];
    }
    const password = writeValue(setting.password, 'The password');
    if (!password.ok) return password;
    const lines = [`auth_type ${setting.type}`, `auth_pass ${password.written}`];
    if (statement === undefined) {
      return [addStatement(tree, instance, 'authentication', ['authentication {', ...lines, '}'])];
    }
    const block = checkBlock(statement, `authentication of ${instance.label}`);
    if (!block.ok) return block;
    if (block.children.length === 0) {
      // Both at once: two changes at the same place would be one inside the other.
      return [addStatement(tree, block, 'auth_type', lines)];
    }
    const type = setBlockValue(tree, block, 'auth_type', setting.type);
    if (isRefusal(type)) return type;
    const pass = setBlockValue(tree, block, 'auth_pass', password.written);
    return isRefusal(pass) ? pass : [...type, ...pass];
  });
}

/** Sets how often a script runs (seconds), or after how many results its state changes. */
export function setScriptValue(
  tree: ConfigurationTree,
  scriptName: string,
  keyword: 'interval' | 'fall' | 'rise',
  value: number,
): EditResult {
  if (!Number.isSafeInteger(value) || value < 1) {
    return createRefusal(`The value of ${keyword} must be a whole number, 1 or more.`);
  }
  return editBlock(tree, 'vrrp_script', scriptName, (block) =>
    setBlockValue(tree, block, keyword, String(value)),
  );
}

/**
 * Replaces the URL that a script's command requests; the rest of the command stays as it is, also
 * the URL of a proxy or of a header.
 */
export function setHealthcheckUrl(
  tree: ConfigurationTree,
  scriptName: string,
  url: string,
): EditResult {
  if (!isHealthcheckAddress(url)) {
    return createRefusal(
      'The healthcheck URL must begin with http:// or https:// and have no blank or quote.',
    );
  }
  const quoted = writeValue(url, 'The healthcheck URL');
  if (!quoted.ok) return quoted;
  return editBlock(tree, 'vrrp_script', scriptName, (block) => {
    const own = findOwnStatement(block, 'script');
    if (!own.ok) return own;
    const { statement } = own;
    const words = statement?.words.slice(1) ?? [];
    const before = words.map(({ text }) => text).join(' ');
    const request = findScriptRequest(before);
    const place = request?.place;
    const found = place && findWordAt(words, place);
    if (statement === undefined || !place || !found) {
      return createRefusal(
        `The command of ${block.label} asks no URL that this form can find: edit the text itself.`,
      );
    }
    const after = before.slice(0, place.start) + url + before.slice(place.end);
    const next = findScriptRequest(after);
    // A shell would take a part of it for something else; curl takes some for a pattern.
    const isForShell = /\bsh\s/.test(before) && !/^[\w:/.%@+,=?-]+$/.test(url);
    if (next?.url !== url || next.probe.kind !== request.probe.kind || isForShell) {
      return createRefusal(
        `The command of ${block.label} would not ask ${url}: edit the text itself.`,
      );
    }
    const { word, start, end } = found;
    const text = word.text.slice(0, start) + url + word.text.slice(end);
    const mustQuote = word.quoted || quoted.written !== url;
    const written = mustQuote ? `"${text}"` : text;
    return [replaceWords(tree, statement.line, { first: word }, written)];
  });
}

/** The word that holds a part of the words joined by blanks, and where in it. */
function findWordAt(words: readonly Word[], place: { start: number; end: number }) {
  let from = 0;
  for (const word of words) {
    const [start, end] = [place.start - from, place.end - from];
    if (start >= 0 && end <= word.text.length) return { word, start, end };
    from += word.text.length + 1;
  }
  return undefined;
}

function editBlock(
  tree: ConfigurationTree,
  keyword: 'vrrp_instance' | 'vrrp_script',
  name: string,
  edit: (block: EditableBlock) => readonly TextEdit[] | Refusal,
): EditResult {
  const block = findEditableBlock(tree, keyword, name);
  if (!block.ok) return block;
  const changes = edit(block);
  return isRefusal(changes) ? changes : { ok: true, text: applyTextEdits(tree, changes) };
}

function isRefusal(result: readonly TextEdit[] | Refusal): result is Refusal {
  return 'ok' in result;
}
