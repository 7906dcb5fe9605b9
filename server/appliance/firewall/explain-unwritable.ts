import { dirname } from 'node:path';

/** What the shipped unit allows to be written, where it is there when the service starts. */
const foldersOfUnit = [
  '/etc/nftables.d',
  '/etc/nftables',
  '/etc/sysconfig/nftables',
  '/etc/iptables',
];

/**
 * Why a file beside the firewall's could not be written, and what to do, in whole sentences. The
 * shipped unit makes all of /etc read-only but for the folders that it names.
 * @param code the system's: `EROFS`, `EACCES`, …
 */
export function explainUnwritable(path: string, code: string): string {
  if (code !== 'EROFS') return `${path} could not be written (${code}).`;
  const folder = dirname(path);
  if (foldersOfUnit.includes(folder)) {
    return (
      `${folder} was created after this service was started, so it is still read-only for it. Run ` +
      '“systemctl restart keepalived-wai-agent”. Then remove the rule and add it again.'
    );
  }
  return (
    `${folder} is read-only for this program. Where it runs as the service keepalived-wai-agent, run ` +
    `“systemctl edit keepalived-wai-agent”, add the lines “[Service]” and “ReadWritePaths=${folder}”, and ` +
    'restart it. Then remove the rule and add it again.'
  );
}
