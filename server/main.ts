/**
 * The agent's process: settings, appliance, state and operations, the web that asks it, orderly end. It
 * never ends keepalived, and does not listen on the network.
 */
import { uptime } from 'node:os';
import { join } from 'node:path';
import closeWithGrace from 'close-with-grace';
import { pino } from 'pino';
import { writeFirstPassword } from './access/accounts-file.ts';
import { openAccounts } from './access/accounts.ts';
import { createOwnPasswords } from './access/own-password.ts';
import { openSessionSecret } from './access/session-secret.ts';
import { watchAccounts } from './access/watch-accounts.ts';
import { createAgent } from './agent/agent.ts';
import { serveAgent } from './agent/serve-agent.ts';
import { createAppliance } from './appliance/create-appliance.ts';
import { refuseSharedEnd } from './appliance/services/service-managers/own-unit.ts';
import { runCommandLine } from './command-line/run-command-line.ts';
import { createJournal } from './history/journal.ts';
import { openNotices } from './history/notices.ts';
import { createPendingConfirmation } from './history/pending-confirmation.ts';
import { openRecordLog } from './history/record-log.ts';
import { createRunningDrill } from './history/running-drill.ts';
import { createVersionStore } from './history/versions/version-store.ts';
import { describeNotRunning } from './keepalived/proof/daemon-words.ts';
import { judgeStatus } from './keepalived/status/status.ts';
import type { Evidence } from './keepalived/status/status.ts';
import { createLogLimit } from './log/log-limit.ts';
import { createLoggerOptions, logWithheld } from './log/logger-options.ts';
import { createConfirmedChanges } from './operations/confirm/confirmed-change.ts';
import { createOperations } from './operations/create-operations.ts';
import { createDebug } from './operations/debug/debug.ts';
import { recoverDrill } from './operations/drill/recover-drill.ts';
import { applyConfiguration } from './operations/live/apply-configuration.ts';
import { recoverConfiguration } from './operations/recovery/recover-configuration.ts';
import { watchOutsideChanges } from './operations/versions/watch-outside-changes.ts';
import { openCertificateKeeper } from './process/certificate-keeper.ts';
import { formatListen } from './process/explain-start-failure.ts';
import { describeExposure, withoutTls } from './process/exposure.ts';
import { freeSocketPath } from './process/free-socket-path.ts';
import { openStateFolder } from './process/open-state-folder.ts';
import { openPair } from './process/pair/open-pair.ts';
import { openServiceLog } from './process/service-log.ts';
import { createServiceNotify } from './process/service-notify.ts';
import { describeServiceStatus } from './process/service-status.ts';
import { findStandstill } from './process/standstill.ts';
import { createPlaceAnnouncement } from './process/web/announce-place.ts';
import { startWeb } from './process/web/start-web.ts';
import { superviseWeb } from './process/web/supervise-web.ts';
import type { WebSupervisor } from './process/web/supervise-web.ts';
import { findOwnWebUser } from './process/web/web-user.ts';
import type { WebUser } from './process/web/web-user.ts';
import type { ProgramOptions } from './program-options.ts';
import type { ListenPlace, SeamServer } from './seam/seam-server.ts';
import { createMutex } from './shared/mutex.ts';
import { listOwnHosts } from './shared/own-hosts.ts';
import { failoverRecordSchema } from './state/failover-records.ts';
import { createStateKeeper } from './state/state-keeper.ts';

/** Some 2 MB; the quiet history of years. */
const failoverRecordLimit = 10_000;

const logLimit = createLogLimit();
const serviceLog = openServiceLog(process.stderr, process.env);
const { stream, ...logOptions } = createLoggerOptions(serviceLog, logLimit);
const log = pino(logOptions, stream);
const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

async function start(options: ProgramOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const { stateDirectory } = options;
  // Before anything is begun: they may end the start.
  if (options.serviceManager === 'supervised') await refuseSharedEnd();
  const webUser = await findSocketUser(options);
  const lock = await openStateFolder(stateDirectory);
  // It starts beside all else, and asks when it is ready.
  const firstWeb =
    options.agentSocket === undefined ? await startWeb(environment, serviceLog) : undefined;
  const { accounts, generatedPassword } = await openAccounts(options);
  // At once: should the rest of the start fail, nobody could log in later.
  if (generatedPassword !== undefined) await announceAccount(stateDirectory, generatedPassword);
  const directory = join(stateDirectory, 'history');
  const damages: string[] = [];
  const reportDamage = (sentence: string) => void damages.push(sentence);
  const versions = await createVersionStore({ directory, reportDamage });
  const journal = createJournal({ directory });
  const appliance = await createAppliance(options);
  const keeper = createStateKeeper({
    appliance,
    clock,
    failovers: await openRecordLog(
      join(stateDirectory, 'failovers.jsonl'),
      failoverRecordSchema,
      failoverRecordLimit,
    ),
    onProblem: (error) => {
      log.error({ err: error }, 'a witness could not be asked');
    },
  });
  const certificates = options.tls.enabled
    ? await openCertificateKeeper({
        ...{ options, listOwnHosts, nowMs: clock.wallMs },
        tell: (sentence, level) => {
          log[level](sentence);
        },
      })
    : undefined;
  const listWarnings = () => {
    const nowMs = clock.wallMs();
    const exposure = certificates?.exposure() ?? withoutTls;
    return [
      ...describeExposure(options, exposure, nowMs),
      ...(certificates?.listNews(nowMs) ?? []),
    ];
  };
  const notices = await openNotices({ directory: stateDirectory });
  const runningDrill = createRunningDrill({ directory });
  const parts = { appliance, keeper, versions, journal, notices, runningDrill };
  const exclusive = createMutex();
  const accountsWatch = await watchAccounts({
    ...{ stateDirectory, accounts },
    onProblem: (error) => {
      log.error({ err: error }, 'what the accounts file says now cannot be used');
    },
  });
  const onProblem = (error: unknown) => {
    log.error({ err: error }, 'what was done in the background failed');
  };
  const confirmed = createConfirmedChanges({
    ...{ ...parts, clock, exclusive, onProblem },
    confirmations: createPendingConfirmation({ directory }),
    apply: (request, seen) => applyConfiguration(parts, request, seen),
  });
  const debug = createDebug({
    ...{ appliance, keeper, clock, onProblem },
    onFindings: (findings) => {
      keeper.noteFindings(findings);
    },
  });
  const stopWatching = watchOutsideChanges({ ...parts, exclusive, onProblem });
  const opened = await openPair({
    ...{ options, appliance, keeper, clock, onProblem },
    onPairProblem: (problem) => {
      log.warn(problem, 'a connection of a paired server was not well');
    },
  });
  const page = createPlaceAnnouncement(describePlace(options), (line) => {
    process.stdout.write(line);
  });
  const running: { server?: SeamServer; web?: WebSupervisor } = {};
  const agent = createAgent({
    ownPasswords: createOwnPasswords({ stateDirectory, accounts }),
    ...{ options, accounts, debug, keeper, listWarnings, certificates, ...opened },
    findFirstPasswordFile: accountsWatch.findFirstPasswordFile,
    operations: createOperations({
      ...{ ...parts, exclusive, confirmed },
      readPairSummary: opened.readPairSummary,
    }),
    secret: await openSessionSecret(stateDirectory),
    onListening: (isWaiting) => {
      running.web?.noteListening();
      page.note(isWaiting);
      service.noteChange();
    },
    audit: (facts) => {
      log.info({ ...facts, isAlwaysWritten: true }, 'asked of the agent');
    },
  });
  accountsWatch.subscribe(agent.noteAccounts);

  const startedAtMs = clock.monotonicMs();
  const service = createServiceNotify({
    environment: process.env,
    findIllness: () =>
      findStandstill(Math.max(keeper.lookedAtMs(), startedAtMs), clock.monotonicMs()),
    // Not `current()`: that would be somebody who looks on.
    describe: () =>
      [
        ...(running.web && page.isWaiting()
          ? [`the page waits for ${formatListen(options.listen)}`]
          : []),
        describeServiceStatus(judgeStatus(keeper.evidence(), clock.monotonicMs())),
      ].join('; '),
    onProblem: (error) => {
      log.error(error.message);
    },
  });
  keeper.subscribe(service.noteChange);

  setInterval(() => {
    logWithheld(log, logLimit);
  }, 60_000).unref();
  for (const damage of damages) log.error(damage);
  for (const warning of listWarnings()) log.warn(warning);

  closeWithGrace({ delay: 10_000, logger: log }, async ({ err }) => {
    if (err) log.fatal({ err }, 'ending after an error');
    void service.stopping();
    await running.web?.stop();
    await running.server?.close();
    await opened.close();
    accountsWatch.close();
    certificates?.close();
    confirmed.close();
    await debug.close();
    stopWatching();
    await keeper.close();
    await appliance.close();
    await lock.release();
  });

  const bootedAtMs = Date.now() - uptime() * 1000;
  await exclusive(() => recoverConfiguration(parts, { bootedAtMs }));
  await exclusive(() => recoverDrill(parts));
  await exclusive(() => confirmed.resume());
  // It answers before the witnesses have: what was not asked yet is Unknown, and the page says so.
  const server = await serveAgent(agent, await findListenPlace(options, webUser), (problem) => {
    log.warn(problem, 'a connection to the agent was not well');
  });
  running.server = server;
  if (firstWeb) {
    running.web = superviseWeb({
      first: firstWeb,
      start: () => startWeb(environment, serviceLog),
      accept: ({ socket }) => {
        server.accept(socket);
      },
      // It has said why.
      onFailure: (status) => process.exit(status),
      onEnd: (status) => {
        log.error({ status }, 'the web has ended; it is started again');
      },
    });
  }
  await Promise.all([
    keeper.start(),
    running.web?.untilListening.then(service.ready) ?? service.ready(),
  ]);
  reportBlindness(keeper.evidence());
  if (running.web) page.begin();
}

/** Whose group may open the agent's socket; undefined: nobody's, or this process cannot say so. */
async function findSocketUser({ agentSocket }: ProgramOptions): Promise<WebUser | undefined> {
  const isRoot = process.geteuid?.() === 0;
  return agentSocket !== undefined && isRoot ? findOwnWebUser() : undefined;
}

async function findListenPlace(
  { agentSocket }: ProgramOptions,
  webUser: WebUser | undefined,
): Promise<ListenPlace | undefined> {
  if (agentSocket === undefined) return undefined;
  await freeSocketPath(agentSocket);
  return { path: agentSocket, mode: 0o660, ...(webUser && { gid: webUser.gid }) };
}

// Standard output is for people; the log goes to standard error.

/**
 * It is in a file until its owner has chosen another. What is printed elsewhere than on a terminal
 * stays: in the journal, for ever and for many.
 */
async function announceAccount(stateDirectory: string, password: string): Promise<void> {
  const path = await writeFirstPassword(stateDirectory, password);
  const isSeenOnce = process.stdout.isTTY;
  const lines = [
    '',
    '  First start. Log in with:',
    '',
    '    Username: admin',
    `    Password: ${isSeenOnce ? password : `in ${path}`}`,
    '',
    '  Then choose your own. Until then “sudo keepalived-wai first-password” prints this one.',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** In one line each: a start without the rights that the page needs says so. */
function reportBlindness({ daemon, blindSpots = [] }: Evidence): void {
  const unseen = daemon?.value.state === 'unknown' ? [describeNotRunning(daemon.value)] : [];
  for (const sentence of [...blindSpots, ...unseen]) {
    serviceLog.say('warning', `keepalived-wai: ${sentence}`);
  }
}

/** Where the page is, as one types it into a browser. */
function describePlace({ listen, tls, basePath }: ProgramOptions): string {
  if ('path' in listen) return formatListen(listen);
  return `${tls.enabled ? 'https' : 'http'}://${formatListen(listen)}${basePath}`;
}

void runCommandLine({ words: process.argv.slice(2), environment: process.env, serve: start });
