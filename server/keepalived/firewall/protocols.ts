/** By /etc/protocols; another name is another protocol. */
const numbers: Readonly<Record<string, string>> = {
  vrrp: '112',
  carp: '112',
  ah: '51',
  auth: '51',
  'ipsec-ah': '51',
};
/** Reserved: no packet has it. */
const someOther = '255';

/** The number (or `10-20`) behind a protocol's name, as far as it can be one of VRRP's. */
export function getProtocol(name: string): string {
  if (/^\d/.test(name)) return name;
  return numbers[name.toLowerCase()] ?? someOther;
}
