import { dirname } from 'node:path';

/**
 * Why a file beside the firewall's could not be written, and what to do, in whole sentences. The
 * shipped unit makes all of /etc read-only but for the folders that it names.
 * @param code the system's: `EROFS`, `EACCES`, …
 */
export function explainUnwritable(path: string, code: string): string {
  if (code !== 'EROFS') return `${path} could not be written (${code}).`;
  const folder = dirname(path);
  return (
    `${folder} is read-only for this program. Where it runs as the service keepalived-wai-agent, run ` +
    `“systemctl edit keepalived-wai-agent”, add the lines “[Service]” and “ReadWritePaths=${folder}”, and ` +
    'restart it. Then remove the rule and add it again.'
  );
}
