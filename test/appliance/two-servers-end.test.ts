import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { it } from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration } from '../lab/failover-configuration.ts';
import { createTwoServers } from '../lab/two-servers.ts';

/** The processes in the same pid namespace as `pid`. */
async function findCompanions(pid: number): Promise<string[]> {
  const namespaceOf = (id: string): Promise<string | undefined> =>
    readlink(`/proc/${id}/ns/pid`).catch(() => undefined);
  const own = await namespaceOf(String(pid));
  const companions: string[] = [];
  for (const id of await readdir('/proc')) {
    if (/^\d+$/.test(id) && (await namespaceOf(id)) === own) companions.push(id);
  }
  return companions;
}

const readMounts = (): Promise<string> => readFile('/proc/self/mountinfo', 'utf8');

it('leave nothing behind when they are closed', async () => {
  const mounts = await readMounts();
  const interfaces = Object.keys(networkInterfaces());
  const lab = await createTwoServers();
  await lab.server1.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration('server1'));
  await lab.server1.startKeepalived();
  const processes = await findCompanions(lab.server1.pid);
  // Process 1, the log daemon, the doorway, the gateway, keepalived and its child.
  assert.ok(processes.length >= 6, `found only ${processes.join()}`);

  await lab.close();
  await lab.close();

  assert.deepEqual(
    processes.filter((id) => existsSync(`/proc/${id}`)),
    [],
  );
  assert.equal(await readMounts(), mounts);
  assert.deepEqual(Object.keys(networkInterfaces()), interfaces);
});

it('end with the program that made them, even if it is killed', async () => {
  const program = `
    import { failoverConfiguration } from './test/lab/failover-configuration.ts';
    import { createTwoServers } from './test/lab/two-servers.ts';
    const lab = await createTwoServers();
    await lab.server2.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration('server2'));
    await lab.server2.startKeepalived();
    console.log(JSON.stringify([lab.server1.pid, lab.server2.pid]));
    setInterval(() => {}, 1000);`;
  const maker = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type', 'module', '--eval', program],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(maker.stdout, 'data')) as [Buffer];
  const [pid1 = 0, pid2 = 0] = JSON.parse(line.toString()) as number[];
  const processes = [...(await findCompanions(pid1)), ...(await findCompanions(pid2))];
  assert.ok(processes.length >= 10, `found only ${processes.join()}`);

  maker.kill('SIGKILL');

  await eventually('the end of every process of both servers', () =>
    processes.every((id) => !existsSync(`/proc/${id}`)),
  );
});
