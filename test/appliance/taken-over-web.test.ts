/**
 * Somebody has taken over the web. They have a shell as its user, and its socket to the agent: they may
 * do what the sessions passing through it may do, and no more.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { readStoredAccounts, writeStoredAccounts } from '../../server/access/accounts-file.ts';
import { hashPassword } from '../../server/access/passwords.ts';
import { callNames, callRules } from '../../server/agent/call-rules.ts';
import type { AgentCallName, CallRule } from '../../server/agent/call-rules.ts';
import { topicNames } from '../../server/agent/topics.ts';
import { protocolVersion } from '../../server/seam/wire/messages.ts';
import { version } from '../../server/shared/version.ts';
import { eventually } from '../lab/eventually.ts';
import { serverWords } from '../program-words.ts';
import { sampleRequests } from '../unit/agent/sample-requests.ts';
import { mutate } from './mutated-requests.ts';
import {
  configPath,
  createDaemons,
  goodConfiguration,
  holdsAddress,
  pidPath,
  preparePrivateMachine,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';
import { createRandom } from './random-pairs.ts';
import { createPageClient } from './socket-page.ts';

const stateDirectory = '/run/state';
const runtimeDirectory = '/run/keepalived-wai';
const agentSocket = `${runtimeDirectory}/agent.sock`;
const pageSocket = `${runtimeDirectory}/page.sock`;
const passwords = { admin: 'a password of the administrator', watcher: 'a password to watch' };
const secrets = ['s3cr3t', '$scrypt', passwords.admin, passwords.watcher];
const stranger = readFileSync(new URL('inside/stranger.mjs', import.meta.url), 'utf8');
const ranPath = '/run/ran-as-root';

interface Answer {
  kind: string;
  id: number;
  result?: unknown;
  event?: unknown;
  error?: { code: string; message: string };
}
interface Outcome {
  kind: string;
  ticket?: string;
}
interface Question extends Outcome {
  dangers: string[];
  addedCommands: string[];
  proof?: string;
}
interface Told {
  problem?: string;
  answers: Answer[];
}

const accessOf = (name: AgentCallName): CallRule => callRules[name];
const closedNames = callNames.filter((name) => accessOf(name).access !== 'public');
const adminNames = callNames.filter((name) => accessOf(name).access === 'admin');

if (inPrivateNamespaces(import.meta.url)) {
  const webUser = { name: 'keepalived-wai', uid: 64_321, gid: 64_321 };
  const ownLine = 'keepalived-wai:x:64321:64321::/nonexistent:/usr/sbin/nologin\n';
  const users = readFileSync('/etc/passwd', 'utf8').replace(/^keepalived-wai:.*\n/m, '');
  const setUsers = (own: string) => {
    writeFileSync('/run/passwd', `${users}${own}`);
  };
  const daemons = createDaemons();
  const log: string[] = [];
  let agentPid = 0;
  /** What the live file says. */
  let saved = goodConfiguration;
  let lines: AsyncIterator<string>;
  let shell: ReturnType<typeof startStranger>;
  const tickets = { admin: '', watcher: '', ended: '' };

  function startProgram(folder: string, settings: Record<string, string>) {
    const child = spawn(process.execPath, serverWords, {
      env: {
        ...{ PATH: process.env['PATH'], WAI_TLS: 'off', WAI_SERVICE_MANAGER: 'supervised' },
        ...{ WAI_STATE_DIR: folder, WAI_RUNTIME_DIR: runtimeDirectory },
        ...{ WAI_LISTEN: `unix:${pageSocket}`, ...settings },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    }
    daemons.remember(child);
    return child;
  }

  function startStranger(user: { uid: number; gid: number }) {
    // Its program is given as a word: it may not even read our folder.
    const words = ['--input-type=module', '-e', stranger];
    const child = spawn(process.execPath, words, {
      ...{ uid: user.uid, gid: user.gid, cwd: '/' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    daemons.remember(child);
    return child;
  }

  async function attempt(what: object): Promise<Told> {
    shell.stdin.write(
      `${JSON.stringify({ path: agentSocket, protocol: protocolVersion, ...what })}\n`,
    );
    const line = (await lines.next()) as IteratorResult<string, undefined>;
    return JSON.parse(line.value ?? '') as Told;
  }

  /** Asks the agent over one connection, as the web would. */
  async function ask(asks: object[]): Promise<Answer[]> {
    const { answers } = await attempt({ program: version, asks });
    return answers.toSorted((one, other) => one.id - other.id);
  }

  const callOf = (name: string, message: object) => ({
    ...{ kind: 'call', name },
    request: { address: '192.0.2.7', ...message },
  });

  async function signIn(userName: keyof typeof passwords): Promise<string> {
    const password = passwords[userName];
    const [answer] = await ask([callOf('signIn', { request: { userName, password } })]);
    const { outcome } = answer?.result as { outcome: Outcome };
    assert.equal(outcome.kind, 'user');
    return outcome.ticket ?? '';
  }

  /** A shell as the web's user. */
  const runAsWeb = (command: string) =>
    spawnSync('/bin/sh', ['-c', command], {
      ...{ uid: webUser.uid, gid: webUser.gid, cwd: '/', encoding: 'utf8' as const },
      timeout: 20_000,
    });

  before(async () => {
    preparePrivateMachine();
    setUsers(ownLine);
    execFileSync('mount', ['--bind', '/run/passwd', '/etc/passwd']);
    writeConfiguration(goodConfiguration);
    await daemons.serve();
    mkdirSync(runtimeDirectory, { mode: 0o750 });
    chownSync(runtimeDirectory, 0, webUser.gid);
    mkdirSync(stateDirectory, { mode: 0o700 });
    const cheap = { ln: 10, r: 8, p: 1 };
    await writeStoredAccounts(stateDirectory, [
      { name: 'admin', role: 'admin', passwordHash: await hashPassword(passwords.admin, cheap) },
      {
        name: 'watcher',
        role: 'viewer',
        passwordHash: await hashPassword(passwords.watcher, cheap),
      },
    ]);
    const agent = startProgram(stateDirectory, { WAI_AGENT_SOCKET: agentSocket });
    agentPid = agent.pid ?? 0;
    shell = startStranger(webUser);
    lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
    await eventually('the agent answers', async () => {
      assert.equal(agent.exitCode, null, log.join(''));
      return existsSync(agentSocket) && (await attempt({ program: '0' })).problem === undefined;
    });
    tickets.admin = await signIn('admin');
    tickets.watcher = await signIn('watcher');
    tickets.ended = await signIn('admin');
    await ask([callOf('signOut', { ticket: tickets.ended, request: {} })]);
  });

  after(() => daemons.endAll());

  test('in a shell they read no secret, signal nobody, and change nothing', () => {
    const daemonPid = readFileSync(pidPath, 'utf8').trim();
    const attempts = [
      `cat ${configPath}`,
      `cp ${configPath} /tmp/`,
      `ls ${stateDirectory}`,
      ...['accounts.json', 'session-secret', 'failovers.jsonl', 'history/journal.jsonl'].map(
        (name) => `cat ${stateDirectory}/${name}`,
      ),
      ...[daemonPid, String(agentPid)].flatMap((pid) => [
        ...['HUP', 'TERM', 'KILL', 'STOP', 'USR1'].map((signal) => `kill -${signal} ${pid}`),
        ...['mem', 'environ', 'maps'].map((file) => `head -c 1 /proc/${pid}/${file}`),
        `ls /proc/${pid}/fd`,
      ]),
      `: >> ${configPath}`,
      `rm -f ${configPath}`,
      'touch /etc/keepalived/more.conf',
      'touch /etc/written-by-the-web',
      `touch ${stateDirectory}/more`,
      `touch ${runtimeDirectory}/more`,
      `rm -f ${agentSocket}`,
      `mv ${agentSocket} ${agentSocket}.old`,
      'tcpdump -c 1 -i eth0',
      'ip address del 10.9.0.100/24 dev eth0',
      'ip link set eth0 down',
      'nft add table inet web',
      'mount -t tmpfs none /mnt',
      'su -c id root < /dev/null',
    ];
    for (const command of attempts) {
      const { status, stdout, stderr } = runAsWeb(command);
      // Not for another reason, such as that there is no such file.
      assert.match(stderr, /denied|permi|superuser|terminal|authentication/i, command);
      assert.ok(status !== 0 && status !== null, `${command}: ${status}`);
      assert.equal(stdout, '', command);
    }
    const { stdout } = runAsWeb('id -G');
    assert.equal(stdout.trim(), String(webUser.gid), 'no group that reads logs is among its own');
  });

  test('the agent gives its socket to no group that is also somebody else’s', async () => {
    const refusals: [string, RegExp][] = [
      ['', /no user keepalived-wai.*“nobody”.*useradd/],
      [`${ownLine}other:x:64322:64321::/:/bin/sh\n`, /group of .* is also that of other.*groupadd/],
    ];
    for (const [own, sentence] of refusals) {
      setUsers(own);
      const socketPath = `${runtimeDirectory}/refused.sock`;
      const before = log.length;
      const program = startProgram('/run/refused', { WAI_AGENT_SOCKET: socketPath });
      const [status] = (await once(program, 'close')) as [number];
      assert.equal(status, 78, log.slice(before).join(''));
      assert.match(log.slice(before).join(''), sentence);
      assert.ok(!existsSync(socketPath) && !existsSync('/run/refused'), 'it has begun nothing');
    }
    setUsers(ownLine);
  });

  test('nobody else can connect to the agent', async () => {
    const other = startStranger({ uid: 12_345, gid: 12_345 });
    other.stdin.end(
      `${JSON.stringify({ path: agentSocket, program: version, protocol: protocolVersion })}\n`,
    );
    const [line] = (await once(createInterface({ input: other.stdout }), 'line')) as [string];
    assert.equal((JSON.parse(line) as Told).problem, 'EACCES');
  });

  test('without a session, and with one that was ended or invented, all is refused', async () => {
    const invented = [
      undefined,
      '',
      'admin',
      'A'.repeat(43),
      tickets.ended,
      tickets.admin.slice(1),
    ];
    for (const ticket of invented) {
      const answers = await ask(
        closedNames.map((name) => callOf(name, { ticket, request: sampleRequests[name] })),
      );
      assert.deepEqual(
        answers.map(({ error }) => error?.code),
        closedNames.map(() => 'not-logged-in'),
      );
    }
  });

  test('with a viewer’s session, or a program’s, nothing is done that is an administrator’s', async () => {
    const header = `Basic ${Buffer.from(`admin:${passwords.admin}`).toString('base64')}`;
    const [program] = await ask([callOf('signInProgram', { request: { header } })]);
    for (const ticket of [tickets.watcher, (program?.result as Outcome).ticket]) {
      assert.ok(ticket);
      const answers = await ask(
        adminNames.map((name) => callOf(name, { ticket, request: sampleRequests[name] })),
      );
      assert.deepEqual(
        answers.map(({ error }) => error?.code),
        adminNames.map(() => 'not-allowed'),
      );
    }
  });

  test('an administrator’s session does what the administrator may; a viewer sees no secret of it', async () => {
    const { admin, watcher } = tickets;
    const [file] = await ask([
      callOf('readConfigurationFile', { ticket: admin, request: { fileId: 'live' } }),
    ]);
    const { tag, text } = file?.result as { tag: string; text: string };
    saved = `# with a comment\n${text}`;
    const save = { fileId: 'live', text: saved, expectedTag: tag, comment: 'theirs' };
    const [done] = await ask([callOf('saveConfiguration', { ticket: admin, request: save })]);
    assert.equal((done?.result as Outcome).kind, 'live', JSON.stringify(done));
    const [list] = await ask([callOf('listVersions', { ticket: watcher, request: {} })]);
    const { records } = list?.result as { records: { id: string }[] };
    assert.ok(records.length > 0, JSON.stringify(list));
    const read = async (ticket: string) =>
      JSON.stringify(
        await ask(
          records.flatMap(({ id: versionId }) => [
            callOf('readVersion', { ticket, request: { versionId } }),
            callOf('compareVersions', { ticket, request: { from: versionId, to: 'now' } }),
          ]),
        ),
      );
    assert.ok((await read(admin)).includes('s3cr3t'));
    const seen = await read(watcher);
    assert.ok(seen.includes('auth_pass') && !seen.includes('s3cr3t'));
  });

  test('what they say of themselves is not part of a call', async () => {
    const { watcher: ticket } = tickets;
    const request = sampleRequests.controlKeepalived;
    const forged = [
      callOf('controlKeepalived', { ticket, role: 'admin', request }),
      callOf('controlKeepalived', { ticket, user: { name: 'admin', role: 'admin' }, request }),
      callOf('controlKeepalived', { ticket, isProved: true, request }),
      callOf('controlKeepalived', {
        ticket: tickets.admin,
        request: { ...request, actor: { userName: 'root' } },
      }),
      callOf('saveConfiguration', {
        ...{ ticket: tickets.admin },
        request: { ...sampleRequests.saveConfiguration, isProved: true },
      }),
      // What is below the operations has no name here.
      ...[
        'replaceConfigurationFile',
        'runScript',
        'writeTrackFile',
        'constructor',
        '__proto__',
      ].map((name) => callOf(name, { ticket: tickets.admin, request: {} })),
    ];
    const answers = await ask(forged);
    assert.deepEqual(
      answers.map(({ error }) => error?.code),
      forged.map(() => 'bad-call'),
    );
  });

  test('keepalived runs no program of theirs without the password of an administrator', async () => {
    const { admin: ticket } = tickets;
    const [file] = await ask([
      callOf('readConfigurationFile', { ticket, request: { fileId: 'live' } }),
    ]);
    const { tag, text } = file?.result as { tag: string; text: string };
    const script = `vrrp_script theirs {\n  script "/bin/touch ${ranPath}"\n  interval 1\n  user root\n}\n`;
    const save = {
      ...{ fileId: 'live', expectedTag: tag, comment: '', acceptedDangers: [] as string[] },
      text: `${script}${text.replace('priority 101', 'priority 101\n  track_script {\n    theirs\n  }')}`,
    };
    const attemptSave = async (more: object) => {
      const request = { ...save, ...more };
      const [answer] = await ask([callOf('saveConfiguration', { ticket, request })]);
      return answer;
    };
    const asked = (await attemptSave({}))?.result as Question;
    const { dangers: acceptedDangers, addedCommands } = asked;
    const confirmed = { acceptedDangers, confirmedCommands: addedCommands };
    const again = (await attemptSave(confirmed))?.result as Question;
    assert.deepEqual([asked.kind, again.kind], ['needs-acceptance', 'needs-acceptance']);
    const wrong = await attemptSave({ ...confirmed, proof: { password: passwords.watcher } });
    assert.equal(wrong?.error?.code, 'password-refused');

    // The administrator confirms a program of their own, and the save is asked once more.
    const harmful = text.replace('10.9.0.100/24', '10.9.0.101/24');
    const own = `vrrp_script own {\n  script "/bin/true"\n  user root\n}\n${harmful}`;
    const { addedCommands: confirmedCommands } = (await attemptSave({ text: own }))
      ?.result as Question;
    const proof = { password: passwords.admin };
    const toAccept = (await attemptSave({ text: own, confirmedCommands, proof }))
      ?.result as Question;
    assert.equal(toAccept.kind, 'needs-acceptance', JSON.stringify(toAccept));
    assert.deepEqual(toAccept.addedCommands, []);
    assert.ok(toAccept.proof);
    for (const theirs of [confirmed, { text: own, acceptedDangers, confirmedCommands }]) {
      const stolen = (await attemptSave({ ...theirs, proof: { id: toAccept.proof } }))
        ?.result as Question;
      assert.equal(stolen.kind, 'needs-acceptance');
      assert.ok(stolen.addedCommands.length > 0, 'no command was confirmed');
    }
    assert.ok(addedCommands.some((sentence) => sentence.includes(ranPath)));
    assert.equal(readFileSync(configPath, 'utf8'), saved);
    assert.equal(existsSync(ranPath), false);
  });

  test('what the agent tells without an administrator has no secret', async () => {
    const publicNames = callNames.filter((name) => accessOf(name).access === 'public');
    const streams = await ask(
      topicNames
        .filter((name) => name === 'mirror' || name === 'serving')
        .map((name) => ({ kind: 'subscribe', name, request: {} })),
    );
    const told = await ask([
      ...publicNames.map((name) => callOf(name, { request: sampleRequests[name] })),
      ...callNames
        .filter((name) => accessOf(name).access === 'viewer' && name !== 'signOut')
        .map((name) => callOf(name, { ticket: tickets.watcher, request: sampleRequests[name] })),
    ]);
    const all = JSON.stringify([streams, told]);
    assert.ok(all.includes('VI_1') && all.includes('10.9.0.100'), 'it tells something');
    for (const secret of [
      ...secrets,
      readFileSync(`${stateDirectory}/session-secret`, 'utf8').trim(),
    ]) {
      assert.equal(all.includes(secret), false, secret);
    }
  });

  test('passwords are guessed no faster for inventing addresses', async () => {
    const guesses = Array.from({ length: 20 }, (_, index) => ({
      ...{ kind: 'call', name: 'signIn' },
      request: {
        address: `192.0.${index}.7`,
        request: { userName: 'watcher', password: `guess ${index}` },
      },
    }));
    const answers = await ask(guesses);
    const kinds = answers.map(({ result }) => (result as { outcome: Outcome }).outcome.kind);
    assert.ok(kinds.filter((kind) => kind === 'refused').length <= 4, kinds.join());
    assert.ok(kinds.every((kind) => kind === 'refused' || kind === 'wait'));
  });

  test('a request that is nearly right is answered, whatever it is, and costs no memory', async () => {
    const random = createRandom(61);
    /** With these an administrator would really do something; they are refused at their last field. */
    const acting = ['controlKeepalived', 'controlServices', 'allowVrrp', 'withdrawVrrp'];
    const startBytes = readMemory(agentPid);
    const codes = new Map<string, Set<string>>();
    for (const name of callNames) {
      const seen = new Set<string>();
      codes.set(name, seen);
      for (const ticket of [tickets.admin, tickets.watcher, undefined]) {
        const asks = Array.from({ length: 40 }, () => {
          const request = mutate(sampleRequests[name], random);
          const isRefused = acting.includes(name) && ticket === tickets.admin;
          return callOf(name, {
            // Who signs out is nobody afterwards.
            ...{ ticket: name === 'signOut' ? tickets.ended : ticket },
            request: isRefused ? { ...(request as object), more: 1 } : request,
          });
        });
        const answers = await ask(asks);
        assert.equal(answers.length, asks.length, `${name}: the connection was ended`);
        for (const { error } of answers) seen.add(error?.code ?? 'answered');
      }
    }
    const follows = topicNames.flatMap((name) =>
      Array.from({ length: 20 }, () => ({
        ...{ kind: 'subscribe', name, request: { more: mutate(sampleRequests, random) } },
      })),
    );
    const told = await ask(follows);
    assert.ok(told.every(({ error }) => error?.code === 'bad-call'));
    for (const [name, seen] of codes) {
      assert.ok(!seen.has('internal-error'), `${name}: ${log.join('').slice(-3_000)}`);
      if (name !== 'signOut') assert.ok(seen.has('bad-call'), `${name}: ${[...seen].join()}`);
    }
    const grownBytes = readMemory(agentPid) - startBytes;
    assert.ok(grownBytes < 150 * 1024 * 1024, `${grownBytes} bytes more`);
  });

  test('a session ends with its account', async () => {
    const accounts = await readStoredAccounts(stateDirectory);
    await writeStoredAccounts(
      stateDirectory,
      (accounts ?? []).filter(({ name }) => name === 'admin'),
    );
    const look = callOf('listVersions', { ticket: tickets.watcher, request: {} });
    await eventually('the account is gone', async () => {
      const [answer] = await ask([look]);
      return answer?.error?.code === 'not-logged-in';
    });
  });

  test('the agent and keepalived go on, and nothing of it was done', async () => {
    const random = createRandom(11);
    const hello = `{"kind":"hello","program":"${version}","protocol":${protocolVersion}}`;
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(hello.length + 4, 0);
    lengths.writeUInt32BE(hello.length, 4);
    const greeting = Buffer.concat([lengths, Buffer.from(hello)]).toString('base64');
    for (let round = 0; round < 50; round += 1) {
      const noise = Buffer.from(Array.from({ length: 200 }, () => random(256)));
      await attempt({ frames: [greeting, noise.toString('base64'), 'QAAAAAAAAAA='] });
    }
    const [answer] = await ask([callOf('readDrill', { ticket: tickets.admin, request: {} })]);
    assert.equal(answer?.kind, 'result', JSON.stringify(answer));
    assert.ok(existsSync(`/proc/${agentPid}`));
    assert.ok(holdsAddress());
    assert.equal(readFileSync(configPath, 'utf8'), saved);
    const said = log.join('');
    for (const secret of secrets) assert.equal(said.includes(secret), false, secret);
    assert.doesNotMatch(said, /"call":"controlKeepalived"/, 'what was refused was not begun');
  });

  test('the web that the agent starts itself has no right left, and no file of ours open', async () => {
    const folder = '/run/state-of-another';
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync('/run/password', passwords.admin, { mode: 0o600 });
    const program = startProgram(folder, { WAI_ADMIN_PASSWORD_FILE: '/run/password' });
    const webPid = await eventually('the web serves', () => {
      assert.equal(program.exitCode, null, log.join(''));
      return existsSync(pageSocket) && findWebOf(program);
    });
    const status = await eventually('it has given up root', () => {
      const text = readFileSync(`/proc/${webPid}/status`, 'utf8');
      return /^Uid:\t0\t/m.test(text) ? undefined : text;
    });
    const field = (name: string) => new RegExp(`^${name}:[\\t ]*(.*)$`, 'm').exec(status)?.[1];
    const { uid, gid } = webUser;
    assert.equal(field('Uid'), [uid, uid, uid, uid].join('\t'));
    assert.equal(field('Gid'), [gid, gid, gid, gid].join('\t'));
    assert.equal(field('Groups')?.trim(), '');
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) {
      assert.equal(field(set), '0'.repeat(16), set);
    }
    assert.equal(field('NoNewPrivs'), '1');
    // Other programs may run as the same user: they do not get at its sessions.
    for (const file of ['mem', 'environ', 'maps']) {
      const { status: exitStatus, stderr } = runAsWeb(`head -c 1 /proc/${webPid}/${file}`);
      assert.notEqual(exitStatus, 0, file);
      assert.match(stderr, /denied|permi/i, file);
    }
    assert.notEqual(runAsWeb(`ls /proc/${webPid}/fd`).status, 0);
    // What it writes is not written as the agent, which marks each line.
    for (const fd of [1, 2]) {
      const [own, agents] = [webPid, program.pid].map((pid) =>
        readlinkSync(`/proc/${pid}/fd/${fd}`),
      );
      assert.notEqual(own, agents);
    }
    assert.deepEqual(
      listListening(program.pid),
      [],
      'there is nothing for another process to open',
    );
    const opened = readdirSync(`/proc/${webPid}/fd`).map((fd) =>
      readlinkSync(path.join(`/proc/${webPid}/fd`, fd)),
    );
    assert.deepEqual(
      opened.filter((file) => /^\/(?:etc|run\/state)/.test(file)),
      [],
    );

    // A session is the agent's: a web that was killed takes nobody's with it.
    const { logIn, ask: askPage, logOut } = createPageClient(pageSocket);
    const cookies = await logIn('admin', passwords.admin);
    const theirs = await logIn('admin', passwords.admin);
    process.kill(Number(webPid), 'SIGKILL');
    await eventually('another web serves', async () => {
      const next = findWebOf(program);
      if (next === undefined || next === webPid) return false;
      return (await askPage('/healthz', '').catch(() => undefined))?.statusCode === 200;
    });
    assert.equal((await askPage('/keepalived', cookies)).statusCode, 200, log.join(''));
    const forged = cookies.replace(/=[^;]{10}/g, '=AAAAAAAAAA');
    assert.equal((await askPage('/keepalived', forged)).statusCode, 303);
    assert.equal((await askPage('/keepalived', '')).statusCode, 303);
    await logOut(cookies);
    const after = await askPage('/keepalived', cookies);
    assert.deepEqual([after.statusCode, after.location], [303, '/login?next=%2Fkeepalived']);
    assert.equal((await askPage('/keepalived', theirs)).statusCode, 200, 'another’s goes on');
  });
}

function findWebOf({ pid }: ChildProcess): string | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return findWebAmong(children.split(' '));
}

/** What a process has of the memory, in bytes (VmRSS, proc(5)). */
function readMemory(pid: number): number {
  const [, kibibytes] =
    /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}

/** The unix sockets on which a process listens. */
function listListening(pid: number | undefined): string[] {
  const opened = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  // Num RefCount Protocol Flags Type St Inode Path; the flag is __SO_ACCEPTCON.
  return readFileSync(`/proc/${pid}/net/unix`, 'utf8')
    .split('\n')
    .map((line) => line.split(/ +/))
    .filter(([, , , flags]) => flags === '00010000')
    .filter(([, , , , , , inode]) => opened.includes(`socket:[${inode}]`))
    .map(([, , , , , , , place]) => place ?? '');
}

/** The one that is not a command of the agent's. */
function findWebAmong(pids: string[]): string | undefined {
  return pids.find((pid) => {
    try {
      return /\/web(?:-main)?\.[jt]s/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    } catch {
      return false;
    }
  });
}
