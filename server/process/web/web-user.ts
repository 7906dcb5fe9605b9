import { readFile } from 'node:fs/promises';
import { UserError } from '../../shared/errors.ts';

export interface WebUser {
  name: string;
  uid: number;
  gid: number;
}

/** The package makes the first; every Linux has the other. */
const names = ['keepalived-wai', 'nobody'];

/**
 * Who the web is: a user without rights.
 * @throws {UserError} `no-web-user`: this system has none
 */
export async function findWebUser(): Promise<WebUser> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of names) {
    const [, , uid, gid] = lines.find(([one]) => one === name) ?? [];
    if (Number(uid) > 0 && Number(gid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new UserError(
    'no-web-user',
    `This system has no user ${names.join(' or ')}, and the web must not run as root. Make one: useradd --system --no-create-home keepalived-wai`,
  );
}
