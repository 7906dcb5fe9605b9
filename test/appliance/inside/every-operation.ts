/**
 * Runs every operation once, on this machine and with the rights that it is started with, and prints
 * as JSON what did not work, and the operations that were forgotten. Arguments: the only ones to try. Only where nothing can be lost: see
 * `shipped-unit.test.ts`.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Operations } from '../../../server/operations/operations.ts';
import type { ApplyOutcome } from '../../../server/operations/outcomes.ts';
import { parseProgramOptions } from '../../../server/program-options.ts';
import { eventually } from '../../lab/eventually.ts';
import { createWholeProgram } from '../whole-program.ts';

const problems: Record<string, string> = {};
const program = await createWholeProgram(parseProgramOptions(process.env), (error) => {
  problems['in the background'] = String(error);
});
const { appliance, debug } = program;
const used = new Set<string>();
/** Notes which operations were used, so that none is forgotten. */
const operations = new Proxy(program.operations, {
  get: (target, name: keyof Operations) => {
    used.add(name);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- of an object of functions
    return target[name];
  },
});
/** What the default roles' healthcheck asks. */
const healthcheck = createServer((_request, response) => response.end('OK')).listen(
  8080,
  '127.0.0.1',
);

const actor = { userName: 'admin', remoteAddress: 'unix' };
const virtualAddress = '10.9.0.100';
const roleValues = {
  virtualAddress: `${virtualAddress}/24`,
  interfaceName: 'eth0',
  healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
};

/** One script as another user, and one that keeps something where keepalived's scripts may. */
const withScripts = (text: string): string =>
  `global_defs {
  enable_script_security
  script_user root
}
vrrp_script as_nobody {
  script "/usr/bin/test -r /etc/hosts"
  interval 2
  user nobody
}
vrrp_script keeps_state {
  script "/usr/bin/touch /var/lib/check.state"
  interval 2
}
${text.replace('track_script {', 'track_script {\n    as_nobody\n    keeps_state')}`;

interface GivenConsent {
  acceptedDangers?: string[];
  confirmedCommands?: string[];
}

/** Asks again with whatever is asked back. */
async function consenting(
  ask: (consent: GivenConsent) => Promise<ApplyOutcome | undefined>,
): Promise<string> {
  const outcome = await ask({});
  if (outcome?.kind !== 'needs-acceptance') return expectWritten(outcome);
  const { dangers: acceptedDangers, addedCommands: confirmedCommands } = outcome;
  return expectWritten(await ask({ acceptedDangers, confirmedCommands }));
}

function expectWritten(outcome: ApplyOutcome | undefined): string {
  assert.ok(outcome?.kind === 'live' || outcome?.kind === 'saved', JSON.stringify(outcome));
  return outcome.tag;
}

async function readLive(): Promise<{ text: string; tag: string }> {
  const file = await operations.readConfigurationFile('live');
  assert.ok(file.ok, JSON.stringify(file));
  return file;
}

/** @returns the tag of what was saved */
async function save(change: (text: string) => string, confirmWithinSeconds?: number) {
  const { text, tag: expectedTag } = await readLive();
  return consenting((consent) =>
    operations.saveConfiguration({
      ...{ fileId: 'live', text: change(text), expectedTag, action: 'edit', actor, comment: '' },
      ...{ ...consent, confirmWithinSeconds },
    }),
  );
}

function expectOk(outcome: { ok: boolean }): void {
  assert.ok(outcome.ok, JSON.stringify(outcome));
}

async function untilServing(): Promise<void> {
  const isThere = async () => {
    const network = await appliance.readNetwork();
    assert.ok(network.ok);
    const addresses = network.interfaces.flatMap((one) => one.addresses);
    return addresses.some(({ address }) => address === virtualAddress);
  };
  await eventually('the virtual address', isThere, { withinMs: 20_000 });
}

/** A rule that is kept beyond a reboot, and taken away again for good. */
async function tryRule(direction: 'in' | 'out', path: string): Promise<void> {
  const allowed = await operations.allowVrrp('VI_1', direction, actor);
  expectOk(allowed);
  assert.match(allowed.sentence, /now lets .* keeps this/);
  assert.match(readFileSync(path, 'utf8'), /keepalived-wai/);
  const [own] = await operations.listOwnFirewallRules();
  assert.deepEqual(own?.serves, [{ instance: 'VI_1', direction }]);
  const withdrawn =
    direction === 'in'
      ? await operations.withdrawVrrp('VI_1', direction, actor)
      : await operations.removeOwnFirewallRule(own.removal, actor);
  expectOk(withdrawn);
  assert.doesNotMatch(withdrawn.sentence, /is back/);
}

async function tryVersions(): Promise<void> {
  const tag = await save((text) => `${text}# edited\n`);
  const { records } = await operations.listVersions();
  const [first] = records.filter((record) => record.tag !== tag);
  assert.ok(first);
  assert.ok(await operations.readVersion(first.id));
  assert.ok(await operations.planRestore(first.id));
  await consenting(
    async (consent) =>
      (
        await operations.restoreVersion({
          versionId: first.id,
          expectedTag: tag,
          actor,
          ...consent,
        })
      ).outcome,
  );
}

async function tryConfirmation(answer: 'keep' | 'go-back'): Promise<void> {
  const tag = await save((text) => `${text}# confirm ${answer}\n`, 120);
  assert.equal(operations.findWaitingChange()?.tag, tag);
  if (answer === 'keep') assert.equal(await operations.confirmChange(tag), true);
  else await consenting(() => operations.undoChange(tag, actor));
  assert.equal(operations.findWaitingChange(), undefined);
}

async function tryDrill(): Promise<void> {
  const reading = await operations.readDrill('VI_1');
  assert.ok(reading.kind === 'to-set-up', JSON.stringify(reading));
  const { tag } = await readLive();
  const setUp = { instanceName: 'VI_1', expectedTag: tag, actor };
  await consenting(
    async (consent) => (await operations.setUpDrill({ ...setUp, ...consent })).outcome,
  );
  const request = { instanceName: 'VI_1', action: 'maintenance', way: 'fault', actor } as const;
  const asked = await operations.runDrill({ ...request, acceptedDangers: [] });
  assert.equal(asked.kind, 'needs-acceptance', JSON.stringify(asked));
  const outcome = await operations.runDrill({ ...request, acceptedDangers: asked.sentences });
  // There is no other server: it takes the address back, and has moved it until then.
  assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
  await untilServing();
}

/** Everything that “Check now” does can be done here, scripts of other users and writers too. */
async function tryDebug(): Promise<void> {
  await program.keeper.refresh();
  assert.ok(debug.begin('check'));
  await eventually(
    'the end',
    () => Promise.resolve(debug.report().examination?.isRunning === false),
    {
      withinMs: 90_000,
    },
  );
  const { examination, checks = [] } = debug.report();
  assert.deepEqual([examination?.problems, examination?.hasFailed], [[], false]);
  assert.ok((debug.findPcap('eth0')?.length ?? 0) > 24, 'nothing was captured');
  const scripts = checks.find(({ id }) => id === 'script-run');
  assert.equal(scripts?.verdict, 'good', JSON.stringify(scripts));
}

async function tryLog(): Promise<void> {
  const page = await operations.readLog({ limit: 100 });
  assert.ok(page.ok && page.lines.some(({ message }) => message.includes('MASTER')));
  const lines: string[] = [];
  for await (const line of operations.exportLog({})) lines.push(line);
  assert.match(lines.join(''), /MASTER/);
  if (page.newest !== undefined) await operations.readNewerLog(page.newest, {});
  const follower = await operations.followLog(() => undefined);
  await follower.close();
}

/** In order, since each leaves what the next needs. Every operation is in one: see below. */
const tries = {
  'a default role': async () => {
    const { currentTag } = await operations.planDefaultRole('master', roleValues);
    const request = { role: 'master', values: roleValues, expectedTag: currentTag, actor } as const;
    await consenting(
      async (consent) => (await operations.setDefaultRole({ ...request, ...consent })).outcome,
    );
    expectOk(await operations.controlKeepalived('start', actor));
    await untilServing();
  },
  settings: async () => {
    const { tag } = await readLive();
    await operations.planInstanceSettings('VI_1', { priority: '120' });
    const given = { priority: '120' };
    const request = { instanceName: 'VI_1', given, expectedTag: tag, actor };
    await consenting(
      async (consent) => (await operations.setInstanceSettings({ ...request, ...consent })).outcome,
    );
  },
  'a save': async () => {
    const { text } = await readLive();
    assert.ok((await operations.listConfigurationFiles()).length > 0);
    await operations.findSecretDefinitions();
    await operations.checkConfiguration('live', text);
    await operations.previewConfiguration('live', text);
    const tag = await save(withScripts);
    assert.equal(await operations.findKeptText('live', tag), withScripts(text));
    await untilServing();
  },
  'a version': tryVersions,
  'a change that is kept': () => tryConfirmation('keep'),
  'a change that goes back': () => tryConfirmation('go-back'),
  'a rule of nftables': () => tryRule('in', '/etc/nftables.d/keepalived-wai.nft'),
  'a rule of iptables': () => tryRule('out', '/etc/iptables/rules.v4'),
  'a drill': tryDrill,
  debug: tryDebug,
  'the log': tryLog,
  reload: async () => {
    expectOk(await operations.controlKeepalived('reload', actor));
  },
  'the boot page': async () => {
    for (const action of ['restart', 'disable', 'enable'] as const) {
      (await operations.controlServices(['keepalived'], action, actor)).forEach(expectOk);
    }
    await untilServing();
  },
  notices: async () => {
    operations.readNotices();
    await operations.dismissNotice('00000000-0000-0000-0000-000000000000');
    assert.ok(await operations.readInstalledVersion());
  },
  stop: async () => {
    expectOk(await operations.controlKeepalived('stop', actor));
  },
} satisfies Record<string, () => Promise<unknown>>;

const wanted = process.argv.slice(2);
for (const [name, attempt] of Object.entries(tries)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  try {
    await attempt();
  } catch (error) {
    problems[name] = error instanceof Error ? error.message : String(error);
  }
}
healthcheck.close();
await program.close();
const untried = Object.keys(program.operations).filter((name) => !used.has(name));
process.stdout.write(JSON.stringify({ problems, untried }));
