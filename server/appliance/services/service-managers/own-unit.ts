/** The service of systemd that this program itself is. */
import { readFile } from 'node:fs/promises';
import { UserError } from '../../../shared/errors.ts';
import { runCommand } from '../../commands/run-command.ts';
import { pathExists } from '../../files/regular-file.ts';

/**
 * Refuses to run keepalived itself where systemd would end it with this program: with each restart of
 * the page the virtual IP would go.
 * @throws {UserError} `supervised-service`
 */
export async function refuseSharedEnd(): Promise<void> {
  if (!(await pathExists('/run/systemd/system'))) return;
  const unit = findServiceUnit(await readFile('/proc/self/cgroup', 'utf8'));
  if (unit === undefined || !(await endsWithUnit(unit))) return;
  throw new UserError(
    'supervised-service',
    `WAI_SERVICE_MANAGER: "supervised" cannot be used here. systemd runs this program as ${unit}, and ends with it all that it has started: each restart of the page would end keepalived and take the virtual IP. Set WAI_SERVICE_MANAGER=systemd, or remove the line.`,
  );
}

/**
 * @param cgroups what /proc/self/cgroup says (cgroups(7)): `0::/system.slice/x.service`, in version 1 the
 *   line of `name=systemd`
 * @returns the unit, if it is a service: a session or a container is none
 */
export function findServiceUnit(cgroups: string): string | undefined {
  const lines = cgroups.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  const find = (controller: string) => lines.find((line) => line?.[1] === controller)?.[2];
  const named = find('name=systemd') ?? '/';
  // Mounted, and used by nobody: its root says nothing.
  const place = (named === '/' ? find('') : named) ?? '';
  const unit = place.slice(place.lastIndexOf('/') + 1);
  return unit.endsWith('.service') ? unit : undefined;
}

/** By KillMode=, which systemd.kill(5) explains; what cannot be asked is taken for the default. */
async function endsWithUnit(unit: string): Promise<boolean> {
  const { stdout } = await runCommand('systemctl', ['show', '--property=KillMode', '--', unit]);
  return !/^KillMode=(?:process|none)$/m.test(stdout);
}
