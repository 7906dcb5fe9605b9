/** The command beside a real keepalived and its peer: what it prints, and what it ends with. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { createDaemonReader } from '../../server/appliance/daemon/daemon-process.ts';
import { checkDocumentSchema } from '../../server/web/api/check-document.ts';
import { statusDocumentSchema } from '../../server/web/api/status-document.ts';
import { eventually } from '../lab/eventually.ts';
import { serverWords } from '../program-words.ts';
import { inLabServer } from './in-lab-server.ts';
import { createDaemons, holdsAddress, startKeepalived } from './private-keepalived.ts';

const configure = (priority: number) => `
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  authentication {
    auth_type PASS
    auth_pass s3cr3t
  }
  virtual_ipaddress {
    10.9.0.100/24
  }
}
`;
const configurationPath = '/etc/keepalived/keepalived.conf';
const run = (command: string, ...words: string[]) =>
  execFileSync(command, words, { encoding: 'utf8' });

interface Answer {
  status: number | null;
  output: string;
  errors: string;
}

/** The command as it is typed, with the words that come before it (`setpriv …`). */
async function command(
  words: string[],
  before: string[] = [],
  cwd = process.cwd(),
): Promise<Answer> {
  const repository = process.cwd();
  const node = [process.execPath, ...serverWords.map((word) => word.replace(repository, cwd))];
  const [program = '', ...rest] = [...before, ...node, ...words];
  const child = spawn(program, rest, {
    cwd,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output, errors };
}

/** A second keepalived at the other end of eth0. */
function createPeer(priority: number) {
  mkdirSync('/tmp/peer');
  writeFileSync('/tmp/peer/keepalived.conf', configure(priority), { mode: 0o600 });
  const daemon = spawn(
    ...([
      'ip',
      [
        ...['netns', 'exec', 'peer', 'keepalived', '--dont-fork', '--vrrp'],
        ...['--use-file=/tmp/peer/keepalived.conf', '--pid=/tmp/peer/pid'],
        '--vrrp_pid=/tmp/peer/vrrp.pid',
      ],
    ] as const),
    { stdio: 'ignore' },
  );
  return daemon;
}

if (inLabServer(import.meta.url)) {
  describe('the command', () => {
    const daemons = createDaemons();
    before(() => {
      run('ip', 'netns', 'add', 'peer');
      run('ip', 'link', 'set', 'peer0', 'netns', 'peer', 'name', 'eth0');
      for (const words of ['address add 10.9.0.2/24 dev eth0', 'link set eth0 up']) {
        run('ip', '-n', 'peer', ...words.split(' '));
      }
    });
    after(daemons.endAll);

    test('without keepalived and without a configuration it says so', async () => {
      const { status, output } = await command(['status']);
      assert.match(output, /^keepalived is stopped on server1\. .*keepalived\.conf does not exist/);
      assert.match(output, /\nNote: no keepalived-wai runs with \/var\/lib\/keepalived-wai, so /);
      assert.equal(status, 2);
    });

    test('a stopped keepalived with a configuration', async () => {
      writeFileSync(configurationPath, configure(101), { mode: 0o600 });
      const { status, output } = await command(['status']);
      assert.match(output, /^10\.9\.0\.100\/24 {2}VI_1 {2}Stopped {2}keepalived is stopped, so /);
      assert.equal(status, 2);
    });

    test('Active is proved by keepalived and by the kernel', async () => {
      daemons.remember(startKeepalived(['--log-console', '--vrrp']));
      await eventually('the address', holdsAddress, { withinMs: 60_000 });
      const { status, output, errors } = await command(['status']);
      assert.match(
        output,
        /^10\.9\.0\.100\/24 {2}VI_1 {2}Active {2}server1 has it on eth0, for \d+ (s|min) \(keepalived says MASTER, the kernel has the address; checked \d+ s ago\)\n/,
      );
      assert.equal(status, 0, output + errors);
      const asJson = await command(['status', '--json']);
      const document = statusDocumentSchema.parse(JSON.parse(asJson.output));
      assert.equal(document.instances[0]?.state, 'Active');
      assert.equal(asJson.status, 0);
      assert.doesNotMatch(output + asJson.output, /s3cr3t/);
    });

    test('a file is checked as keepalived would read it, with its includes', async () => {
      mkdirSync('/tmp/check/parts', { recursive: true });
      const [good, bad] = ['/tmp/check/good.conf', '/tmp/check/bad.conf'];
      writeFileSync(good, `${configure(101)}include parts/*.conf\n`);
      const sound = await command(['check', good]);
      assert.equal(sound.output, 'No problems found.\n');
      assert.equal(sound.status, 0, sound.errors);

      writeFileSync('/tmp/check/parts/one.conf', 'vrrp_instance VI_2 {\n  priorit 7\n}\n');
      writeFileSync(bad, `${configure(101).replace('51', '351')}include parts/*.conf\n`);
      const { status, output } = await command(['check', bad]);
      assert.match(
        output,
        /^\/tmp\/check\/bad\.conf:5: Error: .* \[virtual-router-id-out-of-range\]$/m,
      );
      // keepalived's own test read the included file.
      assert.match(output, /parts\/one\.conf:2: Error: .* “priorit” .* \[unknown-keyword\]$/m);
      assert.match(output, /^\d+ errors, \d+ warnings?, \d+ notes?\.$/m);
      assert.equal(status, 1);
      const asJson = await command(['check', '--json', bad]);
      const { file, findings, unchecked } = JSON.parse(asJson.output) as Record<string, unknown>;
      assert.equal(file, bad);
      assert.deepEqual(unchecked, []);
      checkDocumentSchema.parse({ findings });
      assert.equal(asJson.status, 1);
      assert.doesNotMatch(output + asJson.output, /s3cr3t/);

      // keepalived skips what somebody may execute, and its test passes.
      chmodSync(good, 0o755);
      const skipped = await command(['check', good]);
      assert.match(skipped.errors, /good\.conf is executable, so keepalived skips it\./);
      assert.equal(skipped.status, 66);
    });

    test('without root nothing is claimed, and the reason is given', async () => {
      // The repository may lie where others may not go.
      mkdirSync('/run/repository');
      run('mount', '--bind', '.', '/run/repository');
      const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
      const { status, output, errors } = await command(['status'], asNobody, '/run/repository');
      assert.doesNotMatch(output, /Active|Standby|Stopped|MASTER/);
      assert.match(output, /[Cc]an’t tell/);
      assert.match(output, /does not run as root/);
      assert.equal(status, 3, output + errors);

      const file = '/tmp/check/anyone.conf';
      writeFileSync(file, configure(101));
      const partly = await command(['check', file], asNobody, '/run/repository');
      assert.match(
        partly.output,
        /^Not checked: keepalived’s own test \(keepalived -t\) did not run\. .*\nNo problems found in what was checked\.\n$/,
      );
      assert.equal(partly.status, 3, partly.errors);

      // Settings that only root may read are not the same as none.
      mkdirSync('/etc/keepalived-wai');
      writeFileSync('/etc/keepalived-wai/config.env', '# for root\n', { mode: 0o600 });
      const unread = await command(['status'], asNobody, '/run/repository');
      assert.equal(unread.output, '');
      assert.match(unread.errors, /^keepalived-wai: The settings in .* cannot be read \(EACCES\)/);
      assert.equal(unread.status, 3);
      run('umount', '/run/repository');
    });

    test('the settings of the service are those of the command, too', async () => {
      const file = '/etc/keepalived-wai/config.env';
      writeFileSync(file, 'WAI_STATE_DIR=/var/lib/elsewhere\n', { mode: 0o600 });
      const told = await command(['first-password']);
      assert.match(told.errors, /There is no first password in \/var\/lib\/elsewhere yet/);
      assert.equal(told.status, 1);
      writeFileSync(file, 'WAI_TLS=off\nWAI_LISTEN: 0.0.0.0:9443\n');
      const wrong = await command(['status']);
      assert.equal(
        wrong.errors,
        `keepalived-wai: ${file}, line 2 is not NAME=value. Correct it, or put # before it.\n`,
      );
      assert.equal(wrong.status, 78);
      writeFileSync(file, '');
    });

    test('a process that hangs is an alarm', async () => {
      const daemon = await createDaemonReader('/run/keepalived.pid')();
      const pid = daemon.state === 'running' ? daemon.vrrpPid : undefined;
      assert.ok(pid !== undefined);
      process.kill(pid, 'SIGSTOP');
      const { status, output } = await command(['status']);
      process.kill(pid, 'SIGCONT');
      assert.match(output, /^10\.9\.0\.100\/24 {2}VI_1 {2}Alarm {2}.*stopped/);
      assert.equal(status, 1);
    });

    test('a standby names the master that it hears', async () => {
      daemons.remember(createPeer(200));
      await eventually('the peer has the address', () => !holdsAddress(), { withinMs: 60_000 });
      const line =
        /^10\.9\.0\.100\/24 {2}VI_1 {2}Standby {2}10\.9\.0\.2 serves it \(priority 200\), heard within the last \d+ s; server1 is ready to take over, for \d+ (s|min) \(keepalived says BACKUP, the kernel does not have the address; /;
      // keepalived names it in its log, which may come a moment later.
      let told: Answer | undefined;
      const isNamed = async () => {
        told = await command(['status']);
        return line.test(told.output) && told.status === 0;
      };
      await eventually('the master by its address', isNamed, { withinMs: 120_000 }).catch(
        (cause: unknown) => {
          throw new Error(`status says ${JSON.stringify(told)}`, { cause });
        },
      );
    });
  });
}
