import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';

/** The machine's short host name (what `hostname -s` prints): it may change while we run. */
export function readHostName(): string {
  const full = hostname();
  return full.split('.', 1)[0] ?? full;
}

/**
 * The names and addresses by which this machine may be asked for, as of now: what is on its
 * interfaces, its host name (also with the resolver's search domains), and the names that
 * /etc/hosts gives it. Asks no name server.
 */
export function listOwnHosts(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).map(({ address }) => address),
  );
  return [
    ...addresses,
    ...listOwnNames({
      hostName: hostname(),
      addresses,
      hostsText: readText('/etc/hosts'),
      resolverText: readText('/etc/resolv.conf'),
    }),
  ];
}

/** The names among them, from the texts of hosts(5) and resolv.conf(5). */
export function listOwnNames(from: {
  hostName: string;
  addresses: string[];
  hostsText: string;
  resolverText: string;
}): string[] {
  const searchDomains = readEntries(from.resolverText)
    .filter(([keyword]) => keyword === 'search' || keyword === 'domain')
    .flatMap(([, ...domains]) => domains);
  const namesInHosts = readEntries(from.hostsText)
    // Debian gives the host name 127.0.1.1, which is on no interface.
    .filter(([address = '']) => from.addresses.includes(address) || address.startsWith('127.'))
    .flatMap(([, ...names]) => names);
  const [shortName = ''] = from.hostName.split('.');
  const qualifiedNames = searchDomains.map((domain) => `${shortName}.${domain}`);
  return [...new Set([from.hostName, shortName, ...qualifiedNames, ...namesInHosts])];
}

/** Each line's words, without comments. */
function readEntries(text: string): string[][] {
  return text.split('\n').map((line) =>
    line
      .replace(/[#;].*/, '')
      .split(/\s+/)
      .filter((word) => word !== ''),
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
