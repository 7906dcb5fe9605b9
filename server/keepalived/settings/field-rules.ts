import { ownerPriority } from '../addresses/owner-priority.ts';
import { writeValue } from '../config/edit/edit-values.ts';
import { familyOf } from '../config/rules/instance-rules.ts';
import { isHealthcheckAddress } from '../healthcheck/healthcheck-url.ts';
import {
  judgeLength,
  longestAddress,
  longestInterfaceName,
  longestUrl,
} from '../language/value-lengths.ts';
import { findAddressDoubts, judgeUnicastPeers, judgeVirtualAddresses } from './address-rules.ts';
import { isSameSetting, splitEntries } from './instance-settings.ts';
import type {
  InstanceSettings,
  SettingsField,
  SettingsMessage,
  SettingsSurroundings,
} from './instance-settings.ts';

export interface SettingsVerdict {
  /** What forbids the change, beside its field. */
  problems: SettingsMessage[];
  /** What is allowed, but probably not meant. */
  warnings: SettingsMessage[];
}

const longestPasswordBytes = 8;
type Rule = (values: InstanceSettings, surroundings: SettingsSurroundings) => string[];

/** Judges what was typed, each field for itself; the messages are sentences for the form. */
export function judgeInstanceSettings(
  typed: InstanceSettings,
  surroundings: SettingsSurroundings,
): SettingsVerdict {
  const problems: SettingsMessage[] = findTooLong(typed, surroundings);
  const tooLong = problems.map(({ field }) => field);
  // Nothing is to be compared with what is too long, which takes its time.
  const values = withCurrent(typed, surroundings.current, tooLong);
  for (const [field, rule] of rules) {
    if (tooLong.includes(field)) continue;
    if (!surroundings.hasHealthcheck && healthcheckFields.has(field)) continue;
    if (String(values[field]).includes('$')) {
      const message = '“$” stands for a definition, which only the editor can write.';
      problems.push({ field, message, needsEditor: true });
      continue;
    }
    problems.push(...rule(values, surroundings).map((message) => ({ field, message })));
  }
  const refused = new Set(problems.map(({ field }) => field));
  const warnings = findWarnings(values, surroundings).filter(({ field }) => !refused.has(field));
  return { problems, warnings };
}

/** The values with some fields as they are in the file. */
export function withCurrent(
  values: InstanceSettings,
  current: InstanceSettings,
  fields: readonly SettingsField[],
): InstanceSettings {
  return { ...values, ...Object.fromEntries(fields.map((field) => [field, current[field]])) };
}

const longestList = 32_768;

/** What stands in the file already may be as long as it is. */
function findTooLong(
  values: InstanceSettings,
  { current }: SettingsSurroundings,
): SettingsMessage[] {
  const { interfaceName, healthcheckUrl } = values;
  const messages: [SettingsField, string | undefined][] = [
    ['virtualAddresses', judgeListLength(values.virtualAddresses)],
    ['interfaceName', judgeLength(interfaceName, longestInterfaceName)],
    ['healthcheckUrl', judgeLength(healthcheckUrl, longestUrl)],
    ['unicastPeers', judgeListLength(values.unicastPeers)],
  ];
  return messages.flatMap(([field, message]) =>
    message === undefined || isSameSetting(field, values[field], current[field])
      ? []
      : [{ field, message }],
  );
}

function judgeListLength(text: string): string | undefined {
  const whole = judgeLength(text, longestList);
  if (whole !== undefined) return whole;
  const line = splitEntries(text).findIndex((entry) => entry.length > longestAddress);
  return line === -1
    ? undefined
    : `Line ${line + 1} is too long: write at most ${longestAddress} characters in a line.`;
}

const healthcheckFields = new Set<SettingsField>([
  'healthcheckUrl',
  'healthcheckInterval',
  'fall',
  'rise',
]);

const wholeNumber =
  (field: SettingsField, [least, most]: [number, number], unit = '') =>
  (values: InstanceSettings): string[] => {
    const text = String(values[field]);
    const fits = /^[1-9]\d{0,8}$/.test(text) && Number(text) >= least && Number(text) <= most;
    return fits ? [] : [`Write a whole number${unit} from ${least} to ${most}.`];
  };

const rules: [SettingsField, Rule][] = [
  ['virtualAddresses', judgeVirtualAddresses],
  ['interfaceName', judgeInterface],
  ['virtualRouterId', judgeVirtualRouterId],
  ['priority', wholeNumber('priority', [1, ownerPriority])],
  ['advertInterval', judgeAdvertInterval],
  ['authentication', judgeAuthentication],
  ['password', judgePassword],
  ['healthcheckUrl', judgeHealthcheckUrl],
  ['healthcheckInterval', wholeNumber('healthcheckInterval', [1, 86_400], ' of seconds')],
  ['fall', wholeNumber('fall', [1, 100])],
  ['rise', wholeNumber('rise', [1, 100])],
  ['unicastPeers', judgeUnicastPeers],
];

function judgeInterface(
  { interfaceName }: InstanceSettings,
  { interfaces }: SettingsSurroundings,
): string[] {
  if (interfaces.some(({ name }) => name === interfaceName)) return [];
  const names = interfaces.map(({ name }) => name).join(', ');
  return [
    `This machine has no interface “${interfaceName}”. It has: ${names === '' ? 'none' : names}.`,
  ];
}

function judgeVirtualRouterId(
  values: InstanceSettings,
  { instance, others }: SettingsSurroundings,
): string[] {
  const flaws = wholeNumber('virtualRouterId', [1, 255])(values);
  if (flaws.length > 0) return flaws;
  // IPv4 and IPv6 have virtual routers of their own (RFC 9568, 5.2.3).
  const twin = others.find(
    (other) =>
      other.virtualRouterId === Number(values.virtualRouterId) &&
      other.interfaceName === values.interfaceName &&
      familyOf(other) === familyOf(instance),
  );
  return twin
    ? [`${twin.name} has the number ${values.virtualRouterId} on ${values.interfaceName} already.`]
    : [];
}

function judgeAdvertInterval(
  values: InstanceSettings,
  { instance }: SettingsSurroundings,
): string[] {
  if (instance.version !== 3) {
    return wholeNumber('advertInterval', [1, 255], ' of seconds')(values);
  }
  // RFC 9568: 12 bits of hundredths of a second.
  const seconds = Number(values.advertInterval);
  const fits = /^\d{1,2}(?:\.\d{1,2})?$/.test(values.advertInterval);
  return fits && seconds >= 0.01 && seconds <= 40.95
    ? []
    : ['Write a number of seconds from 0.01 to 40.95.'];
}

function judgeAuthentication(
  { authentication, password }: InstanceSettings,
  { instance, current }: SettingsSurroundings,
): string[] {
  if (!['none', 'PASS', current.authentication].includes(authentication)) {
    return ['Choose none or PASS.'];
  }
  if (authentication === 'none') return [];
  // What stands in the file does no harm there: keepalived ignores it.
  if (authentication === current.authentication && password === '') return [];
  if (instance.version === 3) {
    return ['VRRP version 3, which IPv6 always uses, has no authentication: choose none.'];
  }
  if (password !== '') return [];
  return [`Type the password for ${authentication} too.`];
}

function judgePassword({ authentication, password }: InstanceSettings): string[] {
  if (password === '') return [];
  if (authentication === 'none') return ['Choose PASS, or leave the password empty.'];
  if (Buffer.byteLength(password) > longestPasswordBytes) {
    return [`At most ${longestPasswordBytes} characters (bytes): VRRP carries no more.`];
  }
  const written = writeValue(password, 'The password');
  return written.ok ? [] : [written.reason];
}

function judgeHealthcheckUrl({ healthcheckUrl: url }: InstanceSettings): string[] {
  return isHealthcheckAddress(url) && URL.canParse(url) && writeValue(url, '').ok
    ? []
    : [
        'Write a URL that begins with http:// or https:// and has no blank or quote, such as http://127.0.0.1:8080/healthcheck.',
      ];
}

function findWarnings(
  values: InstanceSettings,
  surroundings: SettingsSurroundings,
): SettingsMessage[] {
  const { instance, current } = surroundings;
  const warnings: SettingsMessage[] = findAddressDoubts(values, surroundings).map((message) => ({
    field: 'virtualAddresses',
    message,
  }));
  if (instance.version === 3 && values.authentication !== 'none') {
    const message = 'VRRP version 3 has no authentication: keepalived ignores this. Choose none.';
    warnings.push({ field: 'authentication', message });
  }
  if (Number(values.priority) === ownerPriority) {
    const message =
      'Priority 255 means that the virtual IP is this server’s own address: no healthcheck lowers it.';
    warnings.push({ field: 'priority', message });
  }
  if (values.nopreempt && !current.nopreempt && instance.initialState === 'MASTER') {
    const message =
      'This also changes state MASTER to BACKUP, without which keepalived ignores nopreempt.';
    warnings.push({ field: 'nopreempt', message });
  }
  return warnings;
}
