/** What keepalived does with a healthcheck that it cannot run, and what the status says of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, chownSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { before, describe, it } from 'node:test';
import { generate } from 'selfsigned';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { findHealthcheckVerdict } from '../../server/keepalived/status/healthcheck-verdict.ts';
import { judgeStatus } from '../../server/keepalived/status/status.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import { createEvidenceCollector } from '../../server/state/evidence-collector.ts';
import {
  askUntil,
  end,
  preparePrivateMachine,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const scriptPath = '/etc/keepalived/check.sh';
const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

function configure({ script = scriptPath, definition = '', group = '' }) {
  writeConfiguration(`global_defs {
  router_id test
  script_user root
  enable_script_security
}
vrrp_script chk {
  script "${script}"
  interval 1
  ${definition}
}
${group}
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 101
  virtual_ipaddress {
    10.9.0.100/24
  }
  track_script {
    chk
  }
}
`);
}

/** The instance as the page sees it, once keepalived serves. */
async function seeInstance(breakIt?: () => void) {
  const daemon = startKeepalived();
  const appliance = await createAppliance(
    parseProgramOptions({ WAI_LOG: 'file:/run/messages', WAI_STATE_DIR: '/run/state' }),
  );
  try {
    const witnesses = createEvidenceCollector({ appliance, clock, onChange: () => undefined });
    const look = async () => {
      await witnesses.askDaemon();
      await Promise.all([witnesses.askRuntime(), witnesses.askNetwork()]);
      await witnesses.askConfiguration();
      const pid = daemon.pid ?? 0;
      const { configuration } = witnesses.evidence();
      // As a save does once it is proved.
      if (pid > 0 && configuration?.value.ok) witnesses.noteLoaded(configuration.value.tag);
      await witnesses.askConfiguration();
      await witnesses.askTracking();
      await witnesses.askHealthchecks();
      return judgeStatus(witnesses.evidence(), clock.monotonicMs()).instances[0];
    };
    const seen = await askUntil(
      look,
      (one) =>
        one?.state === 'Active' &&
        one.watched.some(({ kind, good, isRun }) => {
          return kind === 'script' && (good !== undefined || isRun === false);
        }),
      30_000,
    );
    assert.ok(seen, 'there is an instance');
    if (!breakIt) return seen;
    assert.equal(seen.watched.find(({ name }) => name === 'chk')?.good, true, JSON.stringify(seen));
    breakIt();
    const later = await look();
    assert.ok(later);
    return later;
  } finally {
    await end(daemon);
    await appliance.close();
  }
}

if (inPrivateNamespaces(import.meta.url)) {
  before(preparePrivateMachine);

  describe('a healthcheck that keepalived drops counts as passed, and an alarm says so', () => {
    const write = (mode: number) => {
      writeFileSync(scriptPath, '#!/bin/sh\nexit 1\n');
      chmodSync(scriptPath, mode);
      chownSync(scriptPath, 0, 0);
    };
    const cases: [what: string, prepare: () => void, changes?: { definition?: string }][] = [
      [
        'it is not there',
        () => {
          configure({ script: '/etc/keepalived/no-such.sh' });
        },
      ],
      [
        'it is not executable',
        () => {
          write(0o644);
          configure({});
        },
      ],
      [
        'somebody else may change it',
        () => {
          write(0o755);
          chownSync(scriptPath, 65534, 65534);
          configure({});
        },
      ],
      [
        'its user does not exist',
        () => {
          write(0o755);
          configure({ definition: 'user nosuchuser' });
        },
      ],
    ];
    for (const [what, prepare] of cases) {
      it(what, async () => {
        prepare();
        const seen = await seeInstance();
        // Its script would fail: the address is held all the same.
        assert.equal(seen.state, 'Active', JSON.stringify(seen));
        const alarm = seen.alarms.find(({ code }) => code === 'script-not-run');
        assert.match(
          alarm?.sentence ?? '',
          /does not run its healthcheck chk: keepalived counts it as passed, so this server would not hand over 10\.9\.0\.100/,
          JSON.stringify(seen),
        );
        const item = seen.watched.find(({ name }) => name === 'chk');
        assert.deepEqual([item?.good, item?.isRun], [undefined, false]);
      });
    }
  });

  it('a script that vanishes, loses its execute bits or its interpreter is reported too', async () => {
    const good = '#!/bin/sh\nexit 0\n';
    const breakings: [break_: () => void, why: RegExp][] = [
      [
        () => {
          rmSync(scriptPath);
        },
        /check\.sh does not exist/,
      ],
      [
        () => {
          chmodSync(scriptPath, 0o644);
        },
        /check\.sh is not executable/,
      ],
      [
        () => {
          writeFileSync(scriptPath, '#!/bin/sh\r\nexit 0\r\n');
        },
        /"\/bin\/sh\\r", the interpreter/,
      ],
      // It would fail: keepalived serves on.
      [
        () => {
          writeFileSync(scriptPath, 'exit 1\n');
        },
        /does not begin with “#!”/,
      ],
    ];
    for (const [breakIt, why] of breakings) {
      writeFileSync(scriptPath, good);
      chmodSync(scriptPath, 0o755);
      chownSync(scriptPath, 0, 0);
      configure({});
      const seen = await seeInstance(breakIt);
      // keepalived's own account still says that it succeeds.
      assert.equal(seen.state, 'Active');
      const alarm = seen.alarms.find(({ code }) => code === 'script-not-run');
      assert.match(alarm?.sentence ?? '', why, JSON.stringify(seen));
      assert.equal(seen.watched.find(({ name }) => name === 'chk')?.good, undefined);
    }
  });

  it('a weighted script that a sync group ignores is no such alarm', async () => {
    writeFileSync(scriptPath, '#!/bin/sh\nexit 0\n');
    chmodSync(scriptPath, 0o755);
    chownSync(scriptPath, 0, 0);
    configure({
      definition: 'weight -20',
      group: `vrrp_script other {
  script "${scriptPath}"
  interval 1
}
vrrp_sync_group G {
  group {
    VI_1
  }
  track_script {
    other
  }
}`,
    });
    const seen = await seeInstance();
    assert.deepEqual(
      seen.watched.filter(({ kind }) => kind === 'script').map(({ name, good }) => [name, good]),
      [['other', true]],
    );
    assert.deepEqual(
      seen.alarms.filter(({ code }) => code === 'script-not-run'),
      [],
    );
  });

  it('curl -k and the page’s own request agree about a self-signed certificate', async (context) => {
    const pems = await generate([{ name: 'commonName', value: 'localhost' }]);
    const server = https.createServer({ key: pems.private, cert: pems.cert }, (_, response) => {
      response.end('ok');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const url = `https://127.0.0.1:${port}/healthcheck`;
    configure({ script: `/usr/bin/curl -ksf -o /dev/null ${url}` });
    const seen = await seeInstance();
    assert.deepEqual(findHealthcheckVerdict(seen), {
      ...{ words: 'Connection OK', good: true, ownRequest: undefined },
    });
    assert.equal(seen.healthcheck?.words, 'Connection OK');
    assert.deepEqual(
      seen.alarms.filter(({ code }) => /healthcheck|script/.test(code)),
      [],
    );
  });
}
