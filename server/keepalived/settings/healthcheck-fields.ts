import { createRefusal } from '../config/edit/edit-values.ts';
import { setHealthcheckUrl, setScriptValue } from '../config/edit/edits.ts';
import { longestUrl } from '../language/value-lengths.ts';
import type { SettingEdit, SettingField } from './setting-field.ts';
import { judgeHealthcheckUrl, wholeNumber } from './value-rules.ts';

type Edit<Field extends string> = SettingEdit<Record<Field, string>>;

const noScript = createRefusal('No script in this file that the instance tracks asks a URL.');

const writeNumberOf =
  <Field extends string>(field: Field, keyword: 'interval' | 'fall' | 'rise') =>
  ({ tree, place: { scriptName }, wanted }: Edit<Field>) =>
    scriptName === undefined
      ? noScript
      : setScriptValue(tree, scriptName, keyword, Number(wanted[field]));

export const healthcheckFields = {
  healthcheckUrl: {
    label: 'Healthcheck URL',
    help: 'Requested regularly on this server; while it fails, this server does not serve.',
    name: 'healthcheck URL',
    group: 'healthcheck',
    control: { kind: 'text' },
    keywords: ['script'],
    longest: longestUrl,
    read: ({ script }) => script?.healthcheckUrl ?? '',
    judge: judgeHealthcheckUrl,
    write: ({ tree, place: { scriptName }, wanted }: Edit<'healthcheckUrl'>) =>
      scriptName === undefined
        ? noScript
        : setHealthcheckUrl(tree, scriptName, wanted.healthcheckUrl),
    examples: ['http://127.0.0.1/', 'http://127.0.0.2/'],
  },
  healthcheckInterval: {
    label: 'Healthcheck interval (seconds)',
    help: 'Time between two requests. A failure is noticed at the next request.',
    name: 'healthcheck interval',
    group: 'healthcheck',
    control: { kind: 'number' },
    keywords: ['interval'],
    read: ({ script }) => String(script?.intervalSeconds ?? ''),
    judge: wholeNumber('healthcheckInterval', [1, 86_400], ' of seconds'),
    write: writeNumberOf('healthcheckInterval', 'interval'),
    examples: ['1', '2'],
  },
  fall: {
    label: 'Fall',
    help: 'How many requests must fail in a row before this server stops serving.',
    name: 'fall',
    group: 'healthcheck',
    control: { kind: 'number' },
    keywords: ['fall'],
    read: ({ script }) => String(script?.fall ?? ''),
    judge: wholeNumber('fall', [1, 100]),
    write: writeNumberOf('fall', 'fall'),
    examples: ['1', '2'],
  },
  rise: {
    label: 'Rise',
    help: 'How many must succeed in a row before it may serve again.',
    name: 'rise',
    group: 'healthcheck',
    control: { kind: 'number' },
    keywords: ['rise'],
    read: ({ script }) => String(script?.rise ?? ''),
    judge: wholeNumber('rise', [1, 100]),
    write: writeNumberOf('rise', 'rise'),
    examples: ['1', '2'],
  },
} as const satisfies Record<string, SettingField<never>>;
