/**
 * The agent and the page as systemd runs them, and every operation with no more rights than the agent's
 * unit gives.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { programWords, serverWords, webWords } from '../program-words.ts';
import { bootSystemd } from './booted-systemd.ts';

const agent = 'keepalived-wai-agent.service';
const web = 'keepalived-wai.service';
const socket = 'keepalived-wai.socket';
const services = [agent, web];
const agentSocket = '/run/keepalived-wai/agent.sock';
const repository = '/mnt/keepalived-wai';
const served = `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 101
  advert_int 1
  virtual_ipaddress {
    10.9.0.50/24
  }
}
`;
const nftRules = `flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    iif "lo" accept
    meta l4proto { tcp, icmp } accept
  }
}
include "/etc/nftables.d/*.nft"
`;
/** What iptables-persistent's plug-in does, which is not part of every system. */
const netfilterPersistent = `#!/bin/sh
[ "$1" = save ] && iptables-legacy-save > /etc/iptables/rules.v4
`;
/** An administrator's machine: a neighbour's network, nftables' rules with a folder, iptables' rules. */
const prepare = `set -e
ip link add eth0 type veth peer name peer0
ip address add 10.9.0.1/24 dev eth0
ip link set lo up; ip link set eth0 up; ip link set peer0 up
mkdir -p /etc/nftables.d /etc/iptables /etc/keepalived
printf '%s' "$1" > /etc/nftables.conf
nft -f /etc/nftables.conf
systemctl enable nftables.service
update-alternatives --set iptables /usr/sbin/iptables-legacy
iptables-legacy -A OUTPUT -p 112 -j DROP
iptables-legacy-save > /etc/iptables/rules.v4
rm -f /run/xtables.lock
printf '%s' "$2" > /usr/local/sbin/netfilter-persistent
chmod 755 /usr/local/sbin/netfilter-persistent
ln -s ${repository} /usr/lib/keepalived-wai
cp ${repository}/packaging/*.service ${repository}/packaging/*.socket /etc/systemd/system/
systemd-sysusers ${repository}/packaging/sysusers.conf
systemd-tmpfiles --create ${repository}/packaging/tmpfiles.conf
`;

/** As seldom. */
const untilShown =
  'until systemctl show --value --property="$2" "$1" | grep -qP "$3"; do sleep 0.5; done';
const untilSaid = 'until journalctl --quiet -u "$1" --grep "$2" >/dev/null; do sleep 0.5; done';
/** However it ends. Not `--wait`, which needs a bus; not too often, for each question is a process. */
const untilEnded =
  'until systemctl show --property=ActiveState "$1" | grep -qE "inactive|failed"; do sleep 0.5; done';

const hideFiles = `set -e
mkdir -p /home/ops
printf '#!/bin/sh\n' | tee /home/ops/check.sh > /tmp/check.sh
chmod 755 /home/ops/check.sh /tmp/check.sh
ln -s /home/ops/check.sh /usr/local/bin/check.sh
echo 7 > /tmp/tracked
`;

describe('under the shipped units', () => {
  let systemd: Awaited<ReturnType<typeof bootSystemd>>;
  const run = (...words: string[]) =>
    execFileSync('nsenter', [...systemd.enterArguments, ...words], {
      ...{ encoding: 'utf8', timeout: 240_000 },
    });
  /** The unit as it is shipped, but for the program that it starts. */
  const startInstead = (unit: string, words: readonly string[], ...lines: string[]) => {
    const inside = words.map((word) => `"${systemd.insidePath(word)}"`).join(' ');
    const dropIn = ['[Service]', 'ExecStart=', `ExecStart=/usr/bin/node ${inside}`, ...lines];
    const path = `/etc/systemd/system/${unit}.d`;
    const script =
      'mkdir -p "$1" && printf "%s\\n" "$2" > "$1/test.conf" && systemctl daemon-reload';
    run('sh', '-c', script, 'sh', path, dropIn.join('\n'));
  };

  before(async () => {
    systemd = await bootSystemd();
    run('sh', '-c', prepare, 'sh', nftRules, netfilterPersistent);
  });
  after(() => systemd.end());

  const showUnit = (property: string, unit: string) =>
    run('systemctl', 'show', '--value', `--property=${property}`, unit).trim();
  /** @param expected of grep -P */
  const untilUnit = (unit: string, property: string, expected: string) => {
    run('sh', '-c', untilShown, 'sh', unit, property, expected);
    return showUnit(property, unit);
  };
  /** The page alone is asked for: it wants its agent. */
  const startBoth = (...lines: string[]) => {
    startInstead(agent, serverWords, ...lines);
    startInstead(web, [...webWords, agentSocket], ...lines);
    run('systemctl', 'start', web);
  };
  const ask = (path: string, ...words: string[]) =>
    run('curl', '--silent', '--insecure', ...words, `https://127.0.0.1:9443${path}`);
  const readPriorities = (unit: string, words: string) =>
    run('journalctl', '-u', unit, '--output=json', '--output-fields=PRIORITY', '--grep', words)
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { PRIORITY: string }).PRIORITY);
  /** What a process may do, of /proc/PID/status. */
  const readRights = (pid: string) => {
    const status = run('cat', `/proc/${pid}/status`);
    const find = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1];
    return ['CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs'].map(find);
  };

  it('both are started once they answer, and say who serves', () => {
    startBoth();
    assert.match(ask('/healthz'), /ok/, run('journalctl', '-u', 'keepalived-wai*', '--no-pager'));
    assert.equal(showUnit('ActiveState', agent), 'active');
    // Nothing that the agent runs for others may speak in its name.
    assert.equal(showUnit('NotifyAccess', agent), 'main');
    for (const unit of services) {
      assert.match(showUnit('StatusText', unit), /\(seen at \d\d:\d\d:\d\d UTC\)$/);
    }
    run('sh', '-c', 'printf %s "$1" > /etc/keepalived/keepalived.conf', 'sh', served);
    run('systemctl', 'start', 'keepalived');
    untilUnit(agent, 'StatusText', '^10.9.0.50 served here .seen at ');
  });

  it('only the page answers the network, and has no rights at all', () => {
    const [agentPid, webPid] = services.map((unit) => showUnit('MainPID', unit));
    const listeners = run('ss', '--tcp', '--listening', '--numeric', '--processes', '--no-header');
    assert.match(listeners, new RegExp(`:9443 .*pid=${webPid ?? ''},`));
    assert.doesNotMatch(listeners, new RegExp(`pid=${agentPid ?? ''},`));
    assert.equal(run('stat', '--format=%U', `/proc/${webPid ?? ''}`).trim(), 'keepalived-wai');
    const none = '0'.repeat(16);
    assert.deepEqual(readRights(webPid ?? ''), [none, none, none, '1']);
  });

  it('either is started again if it hangs or dies, and keepalived is not touched', () => {
    run('systemctl', 'stop', ...services);
    startBoth('WatchdogSec=4s', 'TimeoutAbortSec=2s');
    const daemon = showUnit('MainPID', 'keepalived');
    for (const unit of services) {
      const pid = showUnit('MainPID', unit);
      const other = services.find((one) => one !== unit) ?? '';
      const otherPid = showUnit('MainPID', other);
      // It lives as long as it tells so.
      const toldFirst = showUnit('WatchdogTimestampMonotonic', unit);
      const told = untilUnit(unit, 'WatchdogTimestampMonotonic', `^(?!${toldFirst}$)`);
      untilUnit(unit, 'WatchdogTimestampMonotonic', `^(?!${told}$|${toldFirst}$)`);
      assert.equal(showUnit('MainPID', unit), pid);

      run('kill', '-STOP', pid);
      untilUnit(unit, 'NRestarts', '^1$');
      const next = untilUnit(unit, 'MainPID', `^(?!(0|${pid})$)`);
      untilUnit(unit, 'ActiveState', '^active$');
      run('kill', '-KILL', next);
      untilUnit(unit, 'NRestarts', '^2$');
      untilUnit(unit, 'ActiveState', '^active$');
      assert.equal(showUnit('MainPID', other), otherPid);
    }
    assert.match(ask('/healthz', '--retry', '10', '--retry-connrefused'), /ok/);
    assert.equal(showUnit('MainPID', 'keepalived'), daemon);
    assert.match(run('ip', '-o', 'address', 'show', 'eth0'), /10\.9\.0\.50/);
    run('systemctl', 'stop', ...services, 'keepalived');
    assert.deepEqual(
      services.map((unit) => showUnit('Result', unit)),
      ['success', 'success'],
    );
  });

  it('where systemd listens, the page is only there while somebody uses it, and its agent always', () => {
    startInstead(agent, serverWords);
    startInstead(web, [...webWords, '--idle-seconds=2', agentSocket]);
    const more = '[Socket]\nListenStream=127.0.0.1:443\nListenStream=/run/page.socket\n';
    const edit = 'mkdir "$1" && printf "$2" > "$1/more.conf" && systemctl daemon-reload';
    run('sh', '-c', edit, 'sh', `/etc/systemd/system/${socket}.d`, more);
    run('systemctl', 'start', agent, socket);
    const agentPid = showUnit('MainPID', agent);
    assert.equal(showUnit('ActiveState', web), 'inactive');

    // Each wakes it: an address, a port for which the page itself has no right, a unix socket.
    const places = [
      'https://127.0.0.1:9443',
      'https://127.0.0.1:443',
      '--unix-socket /run/page.socket https://localhost',
    ];
    for (const place of places) {
      assert.match(run('sh', '-c', `curl --silent --insecure ${place}/healthz`), /ok/);
      assert.notEqual(showUnit('MainPID', web), '0');
      untilUnit(web, 'ActiveState', '^inactive$');
      assert.equal(showUnit('Result', web), 'success');
      assert.equal(showUnit('NRestarts', web), '0');
    }
    // Who comes just while it ends is answered too.
    const often = 'for i in $(seq 6); do curl -sSk https://127.0.0.1:9443/healthz; sleep 2; done';
    const answers = run('sh', '-c', often);
    assert.equal(answers.split('ok').length - 1, 6, answers);
    // The agent alone records what happens, and says of it that all is well.
    assert.equal(showUnit('MainPID', agent), agentPid);
    assert.match(showUnit('StatusText', agent), /\(seen at/);

    run('systemctl', 'stop', agent);
    untilUnit(web, 'ActiveState', '^inactive$');
    startInstead(agent, serverWords, 'Environment=WAI_TLS=off');
    run('systemctl', 'start', agent);
    assert.match(run('curl', '--silent', 'http://127.0.0.1:9443/healthz'), /ok/);
    run('systemctl', 'stop', socket, web, agent);
    run('rm', '-r', `/etc/systemd/system/${socket}.d`);
  });

  it('both are as little exposed as they can be', () => {
    for (const [unit, most] of [
      [agent, 4],
      [web, 1.3],
    ] as const) {
      const said = run('systemd-analyze', 'security', '--no-pager', unit);
      const [, level] = /Overall exposure level for .*: ([\d.]+)/.exec(said) ?? [];
      assert.ok(Number(level) <= most, said);
    }
  });

  it('gives up at once for a wrong setting, and says it as an error', () => {
    startInstead(agent, serverWords, 'Environment=WAI_TLS=maybe');
    run('sh', '-c', 'systemctl start "$1" || true', 'sh', agent);
    untilUnit(agent, 'ActiveState', '^failed$');
    assert.equal(showUnit('ExecMainStatus', agent), '78');
    assert.equal(showUnit('NRestarts', agent), '0');
    assert.deepEqual(readPriorities(agent, 'WAI_TLS: "maybe" is not allowed'), ['3']);
    assert.deepEqual([...new Set(readPriorities(web, '"level":30'))], ['6']);

    // Else keepalived would end with the agent, and the virtual IP with it.
    run('systemctl', 'reset-failed');
    startInstead(agent, serverWords, 'Environment=WAI_SERVICE_MANAGER=supervised');
    run('sh', '-c', 'systemctl start "$1" || true', 'sh', agent);
    untilUnit(agent, 'ActiveState', '^failed$');
    assert.equal(showUnit('ExecMainStatus', agent), '78');
    const refusal =
      '"supervised" cannot be used here. systemd runs this program as keepalived-wai-agent';
    assert.deepEqual(readPriorities(agent, refusal), ['3']);

    // The page says what it waits for.
    run('systemctl', 'start', '--no-block', web);
    const waits = 'agent of this page is not running.*The page waits';
    run('sh', '-c', untilSaid, 'sh', web, waits);
    assert.deepEqual(readPriorities(web, waits), ['4']);
    run('systemctl', 'stop', web);
    run('systemctl', 'reset-failed');
  });

  it('waits for the address of WAI_LISTEN as a service that has started, and answers there', () => {
    const late = '10.9.0.77';
    startBoth(`Environment=WAI_LISTEN=${late}:9443`);
    assert.equal(showUnit('ActiveState', web), 'active');
    untilUnit(web, 'StatusText', `^waiting for ${late}:9443 `);
    run('ip', 'address', 'add', `${late}/32`, 'dev', 'lo');
    run('sh', '-c', untilSaid, 'sh', web, `answers at ${late}:9443`);
    const notYet = `${late}:9443 is not an address of this server yet`;
    assert.deepEqual(readPriorities(web, notYet), ['4'], 'once');
    assert.equal(showUnit('NRestarts', web), '0');
    const answer = run('curl', '--silent', '--insecure', `https://${late}:9443/healthz`);
    assert.match(answer, /ok/);
    untilUnit(web, 'StatusText', '^serving what the agent tells');
    run('systemctl', 'stop', ...services);
  });

  /** @returns what a program prints as JSON that runs as the unit's */
  const runOnce = (program: string, ...names: string[]): unknown => {
    const words = [...programWords(`test/appliance/inside/${program}`), ...names];
    const asOneRun = ['Type=exec', 'WatchdogSec=0', 'Restart=no'];
    startInstead(agent, words, 'StandardOutput=truncate:/root/answer.json', ...asOneRun);
    run('systemctl', 'start', agent);
    run('sh', '-c', untilEnded, 'sh', agent);
    const answer = run('cat', '/root/answer.json');
    assert.ok(answer !== '', run('journalctl', '-u', agent, '--no-pager'));
    return JSON.parse(answer);
  };

  it('sees the files that it hides from itself, and keepalived does not', () => {
    run('sh', '-c', hideFiles);
    assert.deepEqual(runOnce('hidden-files.ts'), {
      missing: '/home/ops/missing.sh does not exist',
      tracked: { ok: true, value: 7 },
    });
  });

  it('every operation works', () => {
    assert.deepEqual(runOnce('every-operation.ts'), { problems: {}, untried: [] });
  });

  it('says what to do for a folder of rules that the unit does not know', () => {
    run('sh', '-c', `mkdir /etc/rules.d; sed -i s/nftables.d/rules.d/ /etc/nftables.conf`);
    const { problems } = runOnce('every-operation.ts', 'a rule of nftables') as {
      problems: Record<string, string>;
    };
    assert.match(
      problems['a rule of nftables'] ?? '',
      /After a reboot this is gone: \/etc\/rules.d is read-only .*“ReadWritePaths=\/etc\/rules.d”/,
    );
  });
});
