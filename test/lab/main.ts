// npm run lab [-- --empty]: two servers for people. See two-servers.ts.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { failoverConfiguration, virtualAddress } from './failover-configuration.ts';
import type { LabServer } from './lab-server.ts';
import { createTwoServers, type TwoServers } from './two-servers.ts';

const usage = `npm run lab              two servers that are a working pair
npm run lab -- --empty   two servers without a configuration, to follow the manual`;

async function startLab(empty: boolean): Promise<TwoServers> {
  const lab = await createTwoServers({ ports: [9441, 9442] }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return createTwoServers();
  });
  const furnish = async (server: LabServer): Promise<void> => {
    if (!empty) {
      await server.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration(server.name));
      await server.startKeepalived();
    }
    await server.startWai();
  };
  await Promise.all([furnish(lab.server1), furnish(lab.server2)]);
  return lab;
}

function describeLab(
  { server1, server2, network, adminPassword }: TwoServers,
  empty: boolean,
): string {
  const url = `http://${virtualAddress}:8080/healthcheck`;
  return `
  server1   ${server1.address}   ${server1.waiUrl}
  server2   ${server2.address}   ${server2.waiUrl}
  Log in as admin with the password ${adminPassword}
  (the certificates are self-signed: the browser asks you to accept them)

Things to try:
  1. ${empty ? `Follow docs/manual.md with the virtual IP ${virtualAddress}/24, first on server1, then on server2.` : 'On the page of server1 press "Stop keepalived": within seconds server2 is Active.'}
  2. Pull the network cable of server1, and plug it in again with "up":
       nsenter -t ${network.pid} -n ip link set server1 down
  3. Look around in a shell on server1, or ask the cluster as a client does:
       nsenter -t ${server1.pid} -a bash
       nsenter -t ${network.pid} -n curl ${url}

Ctrl-C ends both servers and leaves nothing behind.
`;
}

/** Says who answers on the virtual address whenever that changes. */
async function watchVirtualAddress(lab: TwoServers, signal: AbortSignal): Promise<void> {
  let previous = '';
  while (!signal.aborted) {
    const answer = await lab.fetchFrom('client', `http://${virtualAddress}:8080/healthcheck`);
    const current = answer ? `served by ${answer.body.trim()}` : 'not served';
    if (current !== previous) {
      console.log(`${new Date().toTimeString().slice(0, 8)}  ${virtualAddress} is ${current}`);
    }
    previous = current;
    await delay(500, undefined, { signal }).catch(() => undefined);
  }
}

const { values } = parseArgs({
  options: {
    empty: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
} else {
  console.log('Starting two servers …');
  const ending = new AbortController();
  // Before the lab is up, the signal's default is right: its machines end with this process.
  const lab = await startLab(values.empty);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      ending.abort();
    });
  }
  console.log(describeLab(lab, values.empty));
  await watchVirtualAddress(lab, ending.signal);
  await lab.close();
  console.log('\nBoth servers are gone.');
}
