import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { examineHealthcheck } from '../../server/appliance/healthcheck/healthcheck-probe.ts';
import { probeAddress } from '../../server/appliance/network/address-probe.ts';
import { startCapture } from '../../server/appliance/network/capture.ts';
import { readKernelSettings } from '../../server/appliance/network/kernel-settings.ts';
import { runScript } from '../../server/appliance/scripts/script-run.ts';
import { plainRequest } from '../../server/keepalived/healthcheck/request.ts';
import { decodeFrame } from '../../server/keepalived/wire/decode-frame.ts';
import { parsePcap } from '../../server/keepalived/wire/pcap.ts';
import {
  addInterface,
  askUntil,
  end,
  goodConfiguration,
  mountTmpfs,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const processes: ChildProcess[] = [];
const remember = <Process extends ChildProcess>(child: Process): Process => {
  processes.push(child);
  return child;
};

/** A neighbour on the other end of eth0, in a network of its own. */
function createNeighbour(): (...words: string[]) => void {
  const { pid } = remember(spawn('unshare', ['--net', 'sleep', '120'], { stdio: 'ignore' }));
  const inside = (...words: string[]) => {
    execFileSync('nsenter', ['--target', String(pid), '--net', 'ip', ...words]);
  };
  // Until then it is still in ours.
  const isApart = () =>
    execFileSync('readlink', [`/proc/${pid}/ns/net`]).toString() !==
    execFileSync('readlink', ['/proc/self/ns/net']).toString();
  while (!isApart()) execFileSync('sleep', ['0.02']);
  execFileSync('ip', ['link', 'set', 'peer0', 'netns', String(pid)]);
  inside('link', 'set', 'peer0', 'address', '02:00:00:00:00:99');
  inside('link', 'set', 'peer0', 'up');
  return inside;
}

/** The command lines of this network's tcpdumps: no other test's. */
function listTcpdumps(): string[] {
  const own = execFileSync('readlink', ['/proc/self/ns/net']).toString();
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const isTcpdump = readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('tcpdump');
      return isTcpdump && execFileSync('readlink', [`/proc/${pid}/ns/net`]).toString() === own;
    } catch {
      return false;
    }
  });
}

function defineTests() {
  let neighbour: (...words: string[]) => void;
  before(() => {
    for (const folder of ['/run', '/tmp', '/etc/keepalived']) mountTmpfs(folder);
    addInterface();
    neighbour = createNeighbour();
  });
  after(async () => {
    for (const child of processes) await end(child);
  });

  describe('who has an address', () => {
    it('nobody', async () => {
      const probe = await probeAddress('eth0', '10.9.0.100');
      assert.deepEqual(probe, {
        ...{ interfaceName: 'eth0', address: '10.9.0.100' },
        ...{ ok: true, macAddresses: [] },
      });
    });

    it('the neighbour, also when it is ours too', async () => {
      neighbour('address', 'add', '10.9.0.101/24', 'dev', 'peer0');
      execFileSync('ip', ['address', 'add', '10.9.0.101/24', 'dev', 'eth0']);
      const probe = await probeAddress('eth0', '10.9.0.101');
      execFileSync('ip', ['address', 'del', '10.9.0.101/24', 'dev', 'eth0']);
      assert.ok(probe.ok, JSON.stringify(probe));
      assert.deepEqual(probe.macAddresses, ['02:00:00:00:00:99']);
    });

    it('cannot be asked on an interface that is not there, and no option gets through', async () => {
      const absent = await probeAddress('eth9', '10.9.0.100');
      assert.ok(!absent.ok);
      assert.match(absent.reason, /eth9/);
      for (const [name, address] of [
        ['eth0', '-A'],
        ['-U', '10.9.0.100'],
        ['eth0', 'fd00::1'],
      ] as const) {
        assert.equal((await probeAddress(name, address)).ok, false, `${name} ${address}`);
      }
    });
  });

  it('reads what the kernel is set to', async () => {
    writeFileSync('/proc/sys/net/ipv4/conf/eth0/arp_ignore', '8');
    writeFileSync('/proc/sys/net/ipv4/conf/all/rp_filter', '1');
    const [settings] = await readKernelSettings(['eth0', '../../etc']);
    writeFileSync('/proc/sys/net/ipv4/conf/eth0/arp_ignore', '0');
    assert.equal(settings?.arpIgnore, 8);
    assert.equal(settings.rpFilter, 1);
    assert.equal(settings.ipNonlocalBind, 0);
    const [absent] = await readKernelSettings(['eth9']);
    assert.equal(absent?.disableIpv6, undefined);
  });

  describe('a capture', () => {
    const request = { interfaceName: 'eth0', addresses: ['10.9.0.100'], seconds: 20 };

    it('hears keepalived and ARP, and ends when it is closed', async () => {
      const chunks: Uint8Array[] = [];
      const capture = startCapture(request, (bytes) => chunks.push(bytes));
      const frames = () =>
        parsePcap(Buffer.concat(chunks)).packets.map((packet) => decodeFrame(packet));
      await askUntil(
        () => Promise.resolve(chunks.length),
        (count) => count > 0,
      );
      writeConfiguration(goodConfiguration);
      const daemon = remember(startKeepalived());
      const heard = await askUntil(
        () => Promise.resolve(frames()),
        (all) => ['vrrp', 'arp'].every((kind) => all.some((frame) => frame.kind === kind)),
        15_000,
      );
      await end(daemon);
      assert.equal(listTcpdumps().length, 1);
      await capture.close();
      assert.equal(await capture.ended, undefined);
      assert.deepEqual(listTcpdumps(), []);
      const advertisement = heard.find((frame) => frame.kind === 'vrrp');
      assert.equal(advertisement?.kind === 'vrrp' && advertisement.virtualRouterId, 51);
    });

    it('ends by itself when its time is over', async () => {
      const capture = startCapture({ ...request, seconds: 1 }, () => undefined);
      assert.equal(await capture.ended, undefined);
      assert.deepEqual(listTcpdumps(), []);
    });

    it('says why there was nothing to listen to', async () => {
      const reasons = ['eth9', '-w/tmp/planted'].map(
        (interfaceName) => startCapture({ ...request, interfaceName }, () => undefined).ended,
      );
      const [absent, option] = await Promise.all(reasons);
      assert.match(absent ?? '', /eth9.*No such device/);
      assert.ok(option);
      assert.throws(() => readFileSync('/tmp/planted'), /ENOENT/);
    });

    it('does not outlive a program that was killed', async () => {
      const module = new URL('../../server/appliance/network/capture.ts', import.meta.url).href;
      const program = `import { startCapture } from '${module}';
        startCapture({ interfaceName: 'eth0', addresses: [], seconds: 3 }, () => console.log('listens'));`;
      const owner = remember(
        spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
          stdio: ['ignore', 'pipe', 'inherit'],
        }),
      );
      await new Promise((resolve) => owner.stdout.once('data', resolve));
      await end(owner, 'SIGKILL');
      assert.equal(listTcpdumps().length, 1);
      const left = await askUntil(
        () => Promise.resolve(listTcpdumps()),
        (pids) => pids.length === 0,
        6000,
      );
      assert.deepEqual(left, []);
    });
  });

  describe('a script', () => {
    const run = (...command: string[]) =>
      runScript({
        ...{ scriptName: 'chk', command, userName: 'nobody' },
        ...{ hasScriptSecurity: false, timeoutMs: 1000 },
      });

    it('runs as its user, and its output and exit code are reported', async () => {
      const result = await run('/bin/sh', '-c', 'id -un; id -G; echo no >&2; exit 3');
      assert.deepEqual(result.outcome, { kind: 'exited', exitCode: 3 });
      assert.match(result.output, /^nobody\n65534\nno$/);
      assert.equal(result.userName, 'nobody');
    });

    it('without a user runs as root, where there is no keepalived_script', async () => {
      const request = { scriptName: 'chk', command: ['/usr/bin/id', '-un'], timeoutMs: 1000 };
      const result = await runScript({
        ...request,
        ...{ userName: undefined, hasScriptSecurity: false },
      });
      assert.deepEqual([result.userName, result.output], ['root', 'root']);
    });

    it('that its user may not run, that is not there, or whose user is not there', async () => {
      mkdirSync('/tmp/closed');
      writeFileSync('/tmp/closed/chk', '#!/bin/sh\n', { mode: 0o755 });
      chmodSync('/tmp/closed', 0o700);
      writeFileSync('/tmp/textual', 'exit 0\n', { mode: 0o755 });
      const outcomes = [
        await run('/tmp/closed/chk'),
        await run('/tmp/absent'),
        await run('absent-program'),
        await run('/tmp/textual'),
        await runScript({
          ...{ scriptName: 'chk', command: ['/bin/true'] },
          ...{ userName: 'absent-user', hasScriptSecurity: false, timeoutMs: 1000 },
        }),
      ].map(({ outcome }) => (outcome.kind === 'not-run' ? outcome.reason : outcome.kind));
      assert.deepEqual(outcomes, [
        'permission denied',
        '/tmp/absent does not exist',
        'absent-program does not exist',
        '/tmp/textual does not begin with “#!” and its interpreter, such as #!/bin/sh: a shell runs it anyway, keepalived does not',
        'there is no such user',
      ]);
    });

    describe('that root runs and others may change', () => {
      const folder = '/run/scripts';
      const make = (name: string, mode = 0o755, inFolder = folder) => {
        mkdirSync(inFolder, { recursive: true });
        const path = join(inFolder, name);
        writeFileSync(path, '#!/bin/sh\ntouch /run/scripts-ran\n');
        chmodSync(path, mode);
        return path;
      };
      const given = (path: string, uid: number, gid = 0) => {
        lchownSync(path, uid, gid);
        return path;
      };
      const folderOf = (name: string, mode: number, uid = 0, gid = 0) => {
        const path = make('chk', 0o755, join(folder, name));
        given(join(folder, name), uid, gid);
        chmodSync(join(folder, name), mode);
        return path;
      };
      const link = (name: string, uid: number) => {
        symlinkSync(make(`${name}-target`), join(folder, name));
        return given(join(folder, name), uid);
      };
      const cases: [what: string, make: () => string, insecure: RegExp | undefined][] = [
        ['is root’s', () => make('good'), undefined],
        ['belongs to nobody', () => given(make('owned'), 65534), /owned belongs to user 65534/],
        ['anybody may write to', () => make('open', 0o757), /anybody may write to .*open/],
        ['a group may write to', () => given(make('group', 0o775), 0, 7), /group 7 may write/],
        ['root’s group may write to', () => make('wheel', 0o775), undefined],
        ['lies in nobody’s folder', () => folderOf('theirs', 0o755, 65534), /theirs belongs to/],
        ['lies in an open folder', () => folderOf('wide', 0o777), /anybody may write to .*wide/],
        ['lies in a folder with a sticky bit', () => folderOf('sticky', 0o1777), undefined],
        ['is reached by root’s link', () => link('link', 0), undefined],
      ];
      for (const [what, create, insecure] of cases) {
        it(`${what}: as keepalived judges it`, async () => {
          rmSync('/run/scripts-ran', { force: true });
          const path = create();
          const request = {
            ...{ scriptName: 'chk', command: [path], userName: 'root', timeoutMs: 5000 },
            hasScriptSecurity: true,
          };
          const { outcome } = await runScript(request);
          const reason = outcome.kind === 'insecure' ? outcome.reason : '';
          assert.match(reason, insecure ?? /^$/);
          assert.equal(existsSync('/run/scripts-ran'), insecure === undefined);
          const unchecked = await runScript({ ...request, hasScriptSecurity: false });
          assert.equal(unchecked.outcome.kind, insecure === undefined ? 'exited' : 'insecure');
          assert.equal(existsSync('/run/scripts-ran'), insecure === undefined);
          writeFileSync(
            '/run/security.conf',
            goodConfiguration
              .replace(/^/, 'global_defs {\n enable_script_security\n script_user root\n}\n')
              .replace('vrrp_instance', `vrrp_script chk {\n script ${path}\n}\nvrrp_instance`),
          );
          const { stderr } = spawnSync('keepalived', ['-t', '-f', '/run/security.conf']);
          assert.equal(
            stderr.toString().includes('Disabling track script chk due to insecure'),
            insecure !== undefined,
            stderr.toString(),
          );
        });
      }

      it('needs a user where keepalived has script security and nobody is named', async () => {
        const { outcome } = await runScript({
          ...{ scriptName: 'chk', command: [make('unnamed')], userName: undefined },
          ...{ hasScriptSecurity: true, timeoutMs: 5000 },
        });
        assert.equal(outcome.kind, 'insecure');
      });
    });

    it('that hangs is ended, with all that it started', async () => {
      const result = await run('/bin/sh', '-c', 'echo begun; sleep 50 & sleep 50');
      assert.deepEqual(result.outcome, { kind: 'timed-out', afterMs: 1000 });
      assert.equal(result.output, 'begun');
    });

    it('that talks for ever is cut off', async () => {
      const result = await run('/bin/sh', '-c', 'yes');
      assert.equal(result.outcome.kind, 'timed-out');
      assert.ok(result.output.length <= 4096);
    });
  });

  describe('a healthcheck', () => {
    const server = http.createServer((request, response) => {
      switch (String(request.url)) {
        case '/redirect':
          response.writeHead(302, { location: '/login' }).end();
          break;
        case '/hang':
          response.write('begun');
          break;
        case '/large': {
          const more = () => {
            while (response.write(Buffer.alloc(64 * 1024, 'x')));
          };
          response.on('drain', more);
          more();
          break;
        }
        default:
          response.setHeader('content-type', 'text/plain').end('ok\n');
      }
    });
    let url = '';
    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
      server.closeAllConnections();
      server.close();
    });

    it('tells what came back', async () => {
      const { outcome, answer } = await examineHealthcheck({
        ...plainRequest,
        url: `${url}/healthcheck`,
      });
      assert.deepEqual(outcome, { kind: 'ok', httpStatus: 200 });
      assert.deepEqual(answer, {
        ...{ contentType: 'text/plain', location: undefined },
        ...{ beginning: 'ok\n', isLarge: false },
      });
    });

    it('does not follow a redirect, but tells where it leads', async () => {
      const { outcome, answer } = await examineHealthcheck({
        ...plainRequest,
        url: `${url}/redirect`,
      });
      assert.deepEqual(outcome, { kind: 'http-error', httpStatus: 302 });
      assert.equal(answer?.location, '/login');
    });

    it('that hangs is given up, and what came so far is reported', async () => {
      const { outcome, answer } = await examineHealthcheck({
        ...plainRequest,
        url: `${url}/hang`,
        timeoutMs: 500,
      });
      assert.deepEqual(outcome, { kind: 'timed-out', afterMs: 500 });
      assert.equal(answer?.beginning, 'begun');
    });

    it('that sends without an end is left early', async () => {
      const { outcome, answer } = await examineHealthcheck({
        ...plainRequest,
        url: `${url}/large`,
      });
      // Not timed-out, which it would be at the end of its time.
      assert.equal(outcome.kind, 'ok');
      assert.deepEqual([answer?.beginning.length, answer?.isLarge], [300, true]);
      await delay(50);
    });

    it('without an answer there is nothing to tell', async () => {
      const { outcome, answer } = await examineHealthcheck({
        ...plainRequest,
        url: 'https://127.0.0.1:1/',
      });
      assert.deepEqual([outcome.kind, answer], ['refused', undefined]);
    });
  });
}

if (inPrivateNamespaces(import.meta.url)) describe('questions to the machine', defineTests);
