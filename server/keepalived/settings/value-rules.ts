import { writeValue } from '../config/edit/edit-values.ts';
import { getFamily } from '../config/rules/instance-rules.ts';
import { isHealthcheckAddress } from '../healthcheck/healthcheck-url.ts';
import type { SettingSurroundings } from './setting-field.ts';

const longestPasswordBytes = 8;

export interface AuthenticationValues {
  authentication: string;
  password: string;
}

/** @param unit within the sentence: ` of seconds` */
export const wholeNumber =
  <Field extends string>(field: Field, [least, most]: [number, number], unit = '') =>
  (values: Record<Field, string>): string[] => {
    const text = values[field];
    const fits = /^[1-9]\d{0,8}$/.test(text) && Number(text) >= least && Number(text) <= most;
    return fits ? [] : [`Write a whole number${unit} from ${least} to ${most}.`];
  };

export function judgeInterface(
  { interfaceName }: { interfaceName: string },
  { interfaces }: SettingSurroundings<unknown>,
): string[] {
  if (interfaces.some(({ name }) => name === interfaceName)) return [];
  const names = interfaces.map(({ name }) => name).join(', ');
  return [
    `This machine has no interface “${interfaceName}”. It has: ${names === '' ? 'none' : names}.`,
  ];
}

export function judgeVirtualRouterId(
  values: { virtualRouterId: string; interfaceName: string },
  { instance, others }: SettingSurroundings<unknown>,
): string[] {
  const flaws = wholeNumber('virtualRouterId', [1, 255])(values);
  if (flaws.length > 0) return flaws;
  // IPv4 and IPv6 have virtual routers of their own (RFC 9568, 5.2.3).
  const twin = others.find(
    (other) =>
      other.virtualRouterId === Number(values.virtualRouterId) &&
      other.interfaceName === values.interfaceName &&
      getFamily(other) === getFamily(instance),
  );
  return twin
    ? [`${twin.name} has the number ${values.virtualRouterId} on ${values.interfaceName} already.`]
    : [];
}

export function judgeAdvertInterval(
  values: { advertInterval: string },
  { instance }: SettingSurroundings<unknown>,
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

export function judgeAuthentication(
  { authentication, password }: AuthenticationValues,
  { instance, current }: SettingSurroundings<Pick<AuthenticationValues, 'authentication'>>,
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

export function judgePassword({ authentication, password }: AuthenticationValues): string[] {
  if (password === '') return [];
  if (authentication === 'none') return ['Choose PASS, or leave the password empty.'];
  if (Buffer.byteLength(password) > longestPasswordBytes) {
    return [`At most ${longestPasswordBytes} characters (bytes): VRRP carries no more.`];
  }
  const written = writeValue(password, 'The password');
  return written.ok ? [] : [written.reason];
}

export function judgeHealthcheckUrl({ healthcheckUrl: url }: { healthcheckUrl: string }): string[] {
  return isHealthcheckAddress(url) && URL.canParse(url) && writeValue(url, '').ok
    ? []
    : [
        'Write a URL that begins with http:// or https:// and has no blank or quote, such as http://127.0.0.1:8080/healthcheck.',
      ];
}
