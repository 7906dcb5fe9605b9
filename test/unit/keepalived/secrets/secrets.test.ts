/** A secret in every position that keepalived, a URL or a script's arguments have for one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { describeKey } from '../../../../server/keepalived/healthcheck/request.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import { maskMessage } from '../../../../server/keepalived/runtime/config-test/mask-message.ts';
import { maskForViewers, maskSecrets } from '../../../../server/keepalived/secrets/mask-secrets.ts';
import { findSecretDefinitions } from '../../../../server/keepalived/secrets/secret-definitions.ts';
import { judgeHealthcheck } from '../../../../server/keepalived/status/healthcheck-status.ts';
import { assertLinear, repeat } from '../../growth.ts';

const secret = 'Zq7vX2';

const positions = [
  // keepalived's keywords, 2.2 to 2.4
  `auth_pass ${secret}`,
  `authentication { auth_type PASS auth_pass ${secret} }`,
  `auth_hmac {\n key 1 ${secret}\n active_key 1\n}`,
  `auth_hmac { key 2 hex:${secret} }`,
  `auth_hmac { key "3" "${secret} x" }`,
  `# key 1 ${secret}`,
  `$K=key 1 ${secret}`,
  `SSL { password ${secret} }`,
  `# password ${secret}`,
  `@node1 password ${secret}`,
  `UDP_CHECK {\n payload ${secret}\n require_reply ${secret}\n}`,
  `smtp_server smtp://mailer:${secret}@192.0.2.1:25`,
  `smtp_server mailer:${secret}@mail.example.net`,
  `snmp_socket tcp:agent:${secret}@192.0.2.1:705`,
  // URLs
  `script "/usr/bin/curl http://admin:${secret}@127.0.0.1/"`,
  `script "curl http://${secret}@127.0.0.1/"`,
  `script "curl http://admin:a/${secret}@127.0.0.1/"`,
  `script "curl http://[::1]:80/?token=${secret}"`,
  `script "curl http://h/?a=1&token=${secret}&b=2"`,
  `script "curl 'http://h/?a=1&access_token=${secret}'"`,
  `script "curl http://h/x?apikey=${secret}#y"`,
  `script "curl http://h/x;sid=${secret}"`,
  `script "curl http://h/x?sig=${secret}"`,
  `script "curl http://h/check?next=http://u:${secret}@i/"`,
  `url { path "/check?password=${secret}" }`,
  `url {\n path /check?key=${secret}\n}`,
  `script "psql postgresql://u:${secret}@h/db -c 'select 1'"`,
  `script "/bin/x amqp://a:${secret}@h1,amqp://b:${secret}@h2"`,
  `script "curl https://hooks.example.net/services/T00/B00/${secret}a8Bq3Wd9Kf4Zx1"`,
  `script "curl https://api.example.net/bot123456789:AAE${secret}x8Bq3Wd9Kf4Zx1u7Yt2/sendMessage"`,
  `script "curl https://hc.example.net/550e8400-e29b-41d4-a716-446655440000 -u a:${secret}"`,
  // Arguments
  `script "curl -u admin:${secret} http://h/"`,
  `script "curl -uadmin:${secret} http://h/"`,
  `script "curl -u 'admin:my ${secret}' http://h/"`,
  `script "curl -u \\"admin:my ${secret}\\" http://h/"`,
  `script "curl --user admin:${secret} http://h/"`,
  `script "curl --user=admin:${secret} http://h/"`,
  `script "curl -U p:${secret} --proxy-user p:${secret} -x http://p http://h/"`,
  `script "curl -E cert.pem:${secret} --pass ${secret} https://h/"`,
  `script "curl -b session=${secret} http://h/"`,
  `script "curl --oauth2-bearer ${secret} http://h/"`,
  `script "curl -H 'Authorization: Bearer ${secret}' http://h/"`,
  `script "curl -H 'Authorization: ${secret} ${secret}' http://h/"`,
  `script "curl -H \\"Authorization: Basic ${secret}\\" http://h/"`,
  `script "curl -H \\"X-Api-Key: my ${secret}\\" http://h/"`,
  `script "curl -H X-Auth-Token:${secret} http://h/"`,
  `script "curl -H 'Cookie: a=b; s=${secret}' http://h/"`,
  `script "curl -H 'X-Vault-Token: ${secret}' http://h/"`,
  `script "curl --header=Authorization:${secret} http://h/"`,
  `script "curl -d 'user=x&password=${secret}&z=1' http://h/"`,
  `script "curl -d '{\\"user\\":\\"x\\",\\"password\\":\\"${secret} ${secret}\\"}' http://h/"`,
  `script "curl -d '{"password": "${secret}"}' http://h/"`,
  `script "curl --data=password=${secret} http://h/"`,
  `script "curl -dtoken=${secret} http://h/"`,
  `script "docker run -e PGPASSWORD=${secret} --env=TOKEN=${secret} x"`,
  `script "wget --http-password=${secret} http://h/"`,
  `script "wget --password ${secret} http://h/"`,
  `script "/bin/x --db-pass=${secret}"`,
  `script "/bin/x --api-key ${secret} --apiKey2=${secret}"`,
  `script "/bin/x '--password=my ${secret}'"`,
  `script "/bin/x --password='my ${secret}' -v"`,
  `script "/bin/x --password \\"my ${secret}\\" -v"`,
  `notify_master /bin/x "--password=my ${secret}"`,
  `script "/bin/x -password ${secret}"`,
  `script "/bin/x -p ${secret}"`,
  `script "mysqladmin -uroot -p${secret} ping"`,
  `script "/usr/bin/mysqladmin -u root -p'${secret}' ping"`,
  `script "sshpass -p ${secret} ssh h"`,
  `script "redis-cli -h 127.0.0.1 -a ${secret} ping"`,
  `script "ldapwhoami -x -D cn=a -w ${secret}"`,
  `script "snmpget -v2c -c ${secret} h sysUpTime"`,
  `script "snmpget -v3 -u me -A ${secret} -X ${secret} h"`,
  `script "ipmitool -U a -P ${secret} power"`,
  `script "openssl s_client -pass pass:${secret}"`,
  `script "check_http -a user:${secret} -H h"`,
  `script "PGPASSWORD=${secret} psql -h h"`,
  `script "/bin/sh -c 'MYSQL_PWD=${secret} mysql'"`,
  `script "env REDISCLI_AUTH=${secret} redis-cli ping"`,
  `misc_path "/usr/lib/check --token ${secret}"`,
  `process "/usr/bin/agent --secret ${secret}"`,
  `quorum_up "/bin/x AWS_SECRET_ACCESS_KEY=${secret}"`,
  `script "/bin/x ghp_${secret}1234567890abcdef"`,
  `script "/bin/x eyJhbGciOiJIUzI1NiJ9.${secret}1234567890.abc"`,
  // Definitions
  `$PW=${secret}\nscript "curl -u admin:$PW http://h/"`,
  `$X=${secret}\nscript "curl -u admin:$X http://h/"`,
  `$X=${secret}\nauth_hmac { key 1 $X }`,
  `$X=${secret}\n$Y=a$X\nauth_pass \${Y}`,
  `$DB_PASSWORD=${secret}`,
  `# $PW=${secret}`,
  `$X=${secret} \\\n ${secret} \\\n${secret}\nauth_pass $X`,
  // Dumps and logs
  `   Password = ${secret} y`,
  ` Password : ${secret}`,
  `{"auth_data":"${secret}"}`,
  `Script chk: curl: (22) http://u:${secret}@h/ returned 401`,
  `Unknown keyword 'x' --token=${secret}`,
];

const harmless = [
  'interface eth0',
  'key /etc/ssl/private.key',
  'auth_hmac { key 1 file:/etc/keepalived/keys/vrrp10 }',
  'active_key 2',
  'digest 640205b7b0fc66c1ea91c463fac6334d',
  'script "/usr/bin/nc -z -p 80 127.0.0.1"',
  'script "/bin/mkdir -p /run/x"',
  'notify_master "/sbin/iptables -A INPUT -p vrrp -j ACCEPT"',
  'script "curl --fail --max-time 5 http://127.0.0.1:8080/healthcheck"',
  'script "curl https://[2001:db8::1]:8443/healthcheck-of-service-01/readiness?verbose=1&format=json"',
  'script "/bin/x --cert=/etc/x.pem --key /etc/x.key"',
  'script "/bin/x --password-file=/etc/x"',
  'notification_email {\n admin@example.net\n}',
  '(VI_1) Changing effective priority from 100 to 90',
  'fe80::1@eth0 and eth0v10v4@eth0',
  'curl -k -L --resolve a:443:127.0.0.1 https://a/',
  'virtual_server 10.0.0.1 80 {\n persistence_timeout 50\n}',
  'track_file maint { weight 1 }',
  '$VIP=10.0.0.1/24\nvirtual_ipaddress { $VIP }',
  'notify_fifo_script "/bin/x --author me --monkey=banana"',
  'auth_type PASS',
  'script "/usr/bin/systemctl is-active -q nginx"',
];

describe('a secret in every position', () => {
  for (const text of positions) {
    it(JSON.stringify(text), () => {
      const masked = maskSecrets(text);
      assert.doesNotMatch(masked, new RegExp(secret));
      assert.match(masked, /\*{8}/);
      assert.equal(maskSecrets(masked), masked, 'masked text stays as it is');
      assert.equal(masked.split('\n').length, text.split('\n').length);
    });
  }
});

describe('what is no secret stays', () => {
  for (const text of harmless) {
    it(JSON.stringify(text), () => {
      assert.equal(maskSecrets(text), text);
    });
  }
  it('keeps what stands beside a secret', () => {
    assert.equal(
      maskSecrets('script "curl -f -u a:b \'http://c:d@h:80/x?token=e&f=g\' --max-time 5" # why'),
      'script "curl -f -u ******** \'http://********@h:80/x?token=********&f=g\' --max-time 5" # why',
    );
    assert.equal(
      maskSecrets('PGPASSWORD="a b" psql --password=c -h d'),
      'PGPASSWORD="********" psql --password=******** -h d',
    );
  });
});

describe('a definition that another file uses for a secret', () => {
  it('is masked', () => {
    const definitions = `$A=${secret}\n$B=x$A\n$VIP=10.0.0.1\n`;
    const names = findSecretDefinitions([definitions, 'auth_pass ${B}\n']);
    assert.deepEqual([...names].sort(), ['A', 'B']);
    assert.equal(maskSecrets(definitions, names), '$A=********\n$B=********\n$VIP=10.0.0.1\n');
    assert.equal(maskSecrets(definitions), definitions, 'nothing says that it is one');
  });
});

/** Of no shape that tells it from any other word. */
const bare = 'hunter2';
const bareArguments = [
  `script "/usr/bin/check.sh admin ${bare}"`,
  `script "/usr/bin/check.sh -x ${bare}"`,
  `script "/usr/bin/check.sh 'admin' '${bare}'"`,
  `script "/usr/bin/check.sh \\"my ${bare}\\" 5"`,
  `script "/usr/bin/check.sh -${bare} --mode=${bare}"`,
  `script /usr/bin/check.sh ${bare}`,
  `"script" "/usr/bin/check.sh ${bare}"`,
  `vrrp_script chk { script "/usr/bin/check.sh admin ${bare}" }`,
  `@node1 script "/usr/bin/check.sh ${bare}"`,
  `-  script "/usr/bin/check.sh ${bare}"`,
  `# script "/usr/bin/check.sh ${bare}"`,
  `#script "/usr/bin/check.sh ${bare}"`,
  `# /usr/bin/check.sh ${bare}`,
  `interval 2 # the password is ${bare}`,
  `# login admin ${bare}`,
  `notify_master "/usr/bin/notify.sh ${bare}" root`,
  `notify_fifo_script "/usr/bin/fifo.sh ${bare}"`,
  `quorum_up "/usr/bin/up.sh ${bare}"`,
  `misc_path "/usr/bin/check.sh ${bare} 10.0.0.1"`,
  `startup_script "/bin/sh -c 'check ${bare}'"`,
  `script "/bin/sh -c \\"check ${bare}\\""`,
  `process "/usr/bin/agent ${bare}"`,
  `$COMMAND=/usr/bin/check.sh ${bare}`,
  `$K=script "/usr/bin/check.sh ${bare}"`,
  `$ARGUMENTS=admin ${bare}`,
  `$BLOCK= \\\n script "/usr/bin/check.sh ${bare}" \\\n notify /x ${bare}\n`,
];
const shownToViewers = [
  'script "/usr/bin/curl --fail --max-time 20 http://127.0.0.1:8080/healthcheck"',
  'script "/usr/bin/ping -c 1 -W 2 10.0.0.1"',
  'script "/usr/bin/test -e /run/ready && true"',
  'notify_master "/etc/keepalived/notify.sh MASTER eth0" root',
  'script "${COMMAND}"',
  '$VIP=10.0.0.1/24 dev eth0',
  '$PRIORITY=100',
  'vrrp_script chk_vshell {',
  'interval 2 # every two seconds',
  'auth_type PASS',
  'virtual_ipaddress { 10.0.0.1/24 }',
  'track_script {\n chk_vshell weight 20\n}',
];

describe('a viewer sees no argument that may be a password', () => {
  for (const text of bareArguments) {
    it(JSON.stringify(text), () => {
      const masked = maskForViewers(text);
      assert.doesNotMatch(masked, new RegExp(bare));
      assert.equal(maskForViewers(masked), masked, 'masked text stays as it is');
      assert.equal(masked.split('\n').length, text.split('\n').length);
    });
  }
  for (const text of shownToViewers) {
    it(`but ${JSON.stringify(text)}`, () => {
      assert.equal(maskForViewers(text), text);
    });
  }
  it('and no secret that administrators do not see', () => {
    for (const text of positions) {
      assert.doesNotMatch(maskForViewers(text), new RegExp(secret), text);
    }
  });
});

describe('a command that keepalived writes', () => {
  it('loses its arguments in every log and finding', () => {
    for (const message of [
      `   Command = '/usr/bin/check.sh' 'admin' '${bare}'`,
      `   Master state transition script = '/usr/bin/check.sh' '${bare}', uid:gid 0:0`,
      `   Master state transition script = /usr/bin/check.sh, params = '/usr/bin/check.sh' '${bare}', uid:gid 0:0`,
      `   Parameters = --user admin ${bare}`,
      `   Process = /usr/bin/agent admin ${bare}`,
      `(/etc/keepalived/keepalived.conf: Line 3) Disabling misc script '/usr/bin/check.sh' '${bare}' due to insecure`,
    ]) {
      assert.doesNotMatch(maskMessage(message), new RegExp(bare), message);
    }
  });
  it('stays else', () => {
    for (const message of [
      "Command line: 'keepalived' '--dont-fork' '--use-file=/etc/keepalived/keepalived.conf'",
      "   Command = '/usr/bin/curl' '--max-time' '20' 'http://127.0.0.1/'",
      "   Command = '/usr/bin/true'",
    ]) {
      assert.equal(maskMessage(message), message);
    }
  });
});

describe('masking takes time in proportion to the text', () => {
  const units = [
    ...['password ', 'password', 'password: ', 'password = ', 'password="', '"password": "'],
    ...['auth_pass ', 'auth_pass }', 'auth_pass"', 'key 1 ', 'key ', '$A=', '$PW', '${A', '$A '],
    ...['://', 'a://b@', 'a@b:', 'a:b@', '?token=', '&token', '-u ', '-p "', '-p \\"', "-u 'a:b"],
    ...['-H "Authorization: ', 'Bearer ', 'x-token:', '=', '-', '--', '-a', 'a', ' ', '"', '\\'],
    ...['\\"', '{', '}', '${', '#', '@', 'eyJ', 'ghp_', '0a', 'passwor', 'pass ', '\t', '\r', "'"],
  ];
  for (const unit of units) {
    it(JSON.stringify(unit), () => {
      for (const [before, after] of [
        ['', ''],
        ['password ', ' password'],
        ['$X=', '\nauth_pass $X'],
      ]) {
        assertLinear(
          (length) => `${before}${repeat(unit, length)}${after}`,
          (text) => maskForViewers(text),
        );
        assertLinear(
          (length) => `${before}${repeat(`${unit}\n`, length)}${after}`,
          (text) => maskForViewers(text),
        );
      }
    });
  }
});

describe('the healthcheck URL of the status', () => {
  it('bears no credentials to the page, the API or the metrics', () => {
    const url = `http://admin:${secret}@127.0.0.1/check?token=${secret}&verbose=1`;
    const summary = summarizeConfiguration(
      parseConfiguration(
        `vrrp_script chk {\n script "/usr/bin/curl ${url}"\n}\n` +
          'vrrp_instance VI_1 {\n track_script {\n chk\n }\n}\n',
      ),
    );
    const failed = { kind: 'failed', reason: `cannot ask ${url}` } as const;
    const probe = summary.scripts[0]?.probe;
    assert.ok(probe?.kind === 'repeatable');
    const key = describeKey(probe.request);
    const results = new Map([[key, { atMs: 0, value: { url, outcome: failed, durationMs: 1 } }]]);
    const judged = judgeHealthcheck(summary, 'VI_1', results, 0);
    assert.equal(judged?.url, 'http://********@127.0.0.1/check?token=********&verbose=1');
    assert.doesNotMatch(JSON.stringify(judged), new RegExp(secret));
    assert.match(judged.words, /cannot ask/);
  });
});
