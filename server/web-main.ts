/**
 * The process that answers the network. It has no rights, and no secrets but those of its own
 * connections: everything else it asks of the agent.
 */
import { Socket } from 'node:net';
import closeWithGrace from 'close-with-grace';
import type { TopicEvents } from './agent/topics.ts';
import { createApp } from './app.ts';
import { explainStartFailure, formatListen } from './process/explain-start-failure.ts';
import { freeSocketPath } from './process/free-socket-path.ts';
import { openServiceLog } from './process/service-log.ts';
import { createServiceNotify } from './process/service-notify.ts';
import { notYet } from './process/web/announce-place.ts';
import { becomeUser } from './process/web/become-user.ts';
import { endWhenIdle } from './process/web/end-when-idle.ts';
import { findInheritedSockets } from './process/web/inherited-sockets.ts';
import { listenOnInherited } from './process/web/listen-on-inherited.ts';
import { untilAddress } from './process/web/until-address.ts';
import { readWebArguments } from './process/web/web-arguments.ts';
import type { WebArguments } from './process/web/web-arguments.ts';
import { pairDescriptor } from './process/web/web-pair.ts';
import { errorCode } from './shared/error-code.ts';
import { listOwnHosts, readHostName } from './shared/own-hosts.ts';
import { createSeamPort } from './web/agent/seam-port.ts';
import type { SeamPort } from './web/agent/seam-port.ts';
import { replaceCertificate } from './web/server-factory.ts';

type Serving = TopicEvents['serving'];

/** EX_TEMPFAIL: a service manager starts it again, with the agent's new settings. */
const startAgainStatus = 75;
/** EX_CONFIG: it is not, for what may not be listened on stays so. */
const wrongSettingStatus = 78;

/** An agent that starts answers within this time; a start that waits longer says for what. */
const tellsAfterMs = 3_000;

/** Those below are root's (ip(7), ip_unprivileged_portNumberstart). */
const firstFreePort = 1024;

const log = openServiceLog(process.stderr, process.env);

async function main({ agentSocket, user, idleMs }: WebArguments): Promise<void> {
  const port = createSeamPort(
    agentSocket === undefined
      ? { socket: new Socket({ fd: pairDescriptor }) }
      : { path: agentSocket },
  );
  if (agentSocket === undefined) {
    // Without the agent that started it there is nothing to serve.
    port.onTurn(() => {
      if (port.findProblem() !== undefined) process.exit(0);
    });
  }
  const telling = setTimeout(() => {
    const problem = port.findProblem() ?? 'the agent has not yet said what to serve';
    log.say('warning', `keepalived-wai: ${problem}. The page waits for it.`);
  }, tellsAfterMs);
  const serving = await receiveServing(port);
  clearTimeout(telling);
  try {
    await serve(port, serving, { agentSocket, user, idleMs });
  } catch (error) {
    const sentence = explainStartFailure(error, serving.options.listen);
    log.say('error', `keepalived-wai: ${sentence}`);
    process.exit(errorCode(error) === 'EACCES' ? wrongSettingStatus : 1);
  }
}

/** What to serve with, as soon as the agent says it. */
function receiveServing(port: SeamPort): Promise<Serving> {
  return new Promise((resolve) => {
    const stop = port.follow('serving', (serving) => {
      // Not within its own call: what follows at once is told at once.
      setImmediate(() => {
        stop();
      });
      resolve(serving);
    });
  });
}

async function serve(
  port: SeamPort,
  serving: Serving,
  { agentSocket, user, idleMs }: WebArguments,
): Promise<void> {
  const isChild = agentSocket === undefined;
  const { options, secret, certificate } = serving;
  const { listen } = options;
  /** For its address, which comes later. */
  const start = { isWaiting: false };
  let whoToBecome = user;
  const app = await createApp({
    ...{ options, agent: port, secret, certificate, listOwnHosts },
    hostName: readHostName,
    log,
  });
  const service = isChild
    ? undefined
    : createServiceNotify({
        environment: process.env,
        findIllness: () => undefined,
        describe: () =>
          start.isWaiting
            ? `waiting for ${formatListen(listen)}`
            : (port.findProblem() ?? 'serving what the agent tells'),
        onProblem: (error) => {
          app.log.error(error.message);
        },
      });
  closeWithGrace({ delay: 6_000, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'ending after an error');
    void service?.stopping();
    await app.close();
    port.close();
  });
  port.follow('serving', (now) => {
    if (now.certificate) replaceCertificate(app.server, now.certificate);
    if (isOther(now, serving)) {
      app.log.warn('the agent was started with other settings: starting again');
      void app.close().finally(() => process.exit(startAgainStatus));
    }
  });

  const giveUpRoot = () => {
    if (whoToBecome) becomeUser(whoToBecome);
    whoToBecome = undefined;
  };
  /** It has started, and may wait for days: a service manager must not start it over and over. */
  const tellWaiting = async (portNumber: number) => {
    start.isWaiting = true;
    // Only for a port below that one has to be root.
    if (portNumber >= firstFreePort) giveUpRoot();
    if (!isChild) log.say('warning', `keepalived-wai: ${formatListen(listen)}${notYet}`);
    await port.call('noteListening', { address: 'none', request: { isWaiting: true } });
    await service?.ready();
  };
  if (service) port.onTurn(service.noteChange);
  const inherited = isChild ? [] : findInheritedSockets(process.env, process.pid);
  // Before anybody is answered: connections are accepted in a later turn of the event loop.
  app.server.once('listening', giveUpRoot);
  if (inherited.length > 0) {
    const { addresses, stop } = await listenOnInherited(app, inherited);
    const given = formatListen(listen);
    if (addresses.join() !== given) {
      app.log.warn(
        `systemd listens for this page on ${addresses.join(' and ')}, as keepalived-wai.socket says; WAI_LISTEN (${given}) is not used`,
      );
    }
    endWhenIdle(app.server, idleMs, () => {
      app.log.info('nobody is connected: ending, until systemd starts this page again');
      void stop()
        .then(() => service?.stopping())
        .finally(() => process.exit(0));
    });
  } else {
    if ('path' in listen) await freeSocketPath(listen.path);
    else await untilAddress(listen.host, () => tellWaiting(listen.port));
    await app.listen({ ...listen, listenTextResolver: () => 'listening' });
  }
  if (start.isWaiting && !isChild) {
    log.say('info', `keepalived-wai: answers at ${formatListen(listen)}`);
  }
  start.isWaiting = false;
  await port.call('noteListening', { address: 'none', request: {} });
  await service?.ready();
}

/** Whether the app was made with something else. */
function isOther(now: Serving, before: Serving): boolean {
  const settings = ({ options, secret, certificate }: Serving) =>
    JSON.stringify([options, secret, certificate !== undefined]);
  return settings(now) !== settings(before);
}

void main(readWebArguments(process.argv.slice(2)));
