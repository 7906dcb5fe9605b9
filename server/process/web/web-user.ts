import { readFile } from 'node:fs/promises';
import { UserError } from '../../shared/errors.ts';

export interface WebUser {
  name: string;
  uid: number;
  gid: number;
}

const ownName = 'keepalived-wai';
/** The package makes the first; every Linux has the other. */
const names = [ownName, 'nobody'];
const howToMake = `useradd --system --user-group --no-create-home ${ownName}`;

/**
 * Who the web is: a user without rights.
 * @throws {UserError} `no-web-user`: this system has none
 */
export async function findWebUser(): Promise<WebUser> {
  const users = await readUsers();
  const found = names.map((name) => users.find((user) => user.name === name)).find(Boolean);
  if (found) return found;
  throw new UserError(
    'no-web-user',
    `This system has no user ${names.join(' or ')}, and the web must not run as root. Make one: ${howToMake}`,
  );
}

/**
 * Who the web is where its group may open the agent's socket: a user and a group that nobody else has.
 * @throws {UserError} `shared-web-group`: others would reach the agent
 */
export async function findOwnWebUser(): Promise<WebUser> {
  const users = await readUsers();
  const own = users.find(({ name }) => name === ownName);
  if (!own) {
    throw new UserError(
      'shared-web-group',
      `WAI_AGENT_SOCKET: this system has no user ${ownName}. As “nobody”, each program of its group could open the socket of the agent. Make the user: ${howToMake}. Or do not set WAI_AGENT_SOCKET: the agent then starts the web itself.`,
    );
  }
  const other = users.find(({ name, gid }) => gid === own.gid && name !== ownName);
  if (!other) return own;
  throw new UserError(
    'shared-web-group',
    `WAI_AGENT_SOCKET: the group of the user ${ownName} is also that of ${other.name}, who could open the socket of the agent. Give ${ownName} a group of its own: groupadd --system ${ownName}; usermod --gid ${ownName} ${ownName}`,
  );
}

/** Those without the rights of root. */
async function readUsers(): Promise<WebUser[]> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  return lines
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0);
}
