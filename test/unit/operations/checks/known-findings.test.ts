/** What the file on disk has already is told, and does not block; what is new does. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Appliance, ConfigurationTest } from '../../../../server/appliance/appliance.ts';
import { checkConfiguration } from '../../../../server/operations/checks/check-configuration.ts';
import { seeText } from '../../../../server/operations/checks/configuration-seen.ts';
import {
  describeIgnored,
  findNewDangers,
  weighKnownFindings,
} from '../../../../server/operations/checks/known-findings.ts';
import { createSampleMachine } from '../sample-machine.ts';

const path = '/etc/keepalived/keepalived.conf';
const good = `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.168.0.100/24
    }
}
`;
const unknown = good.replace('    priority', '    prioritty 100\n    priority');
/** keepalived would exit. */
const ending = good.replace('    virtual_router_id 51\n', '');

/** What `keepalived -t` says of these texts, with the numbers of their lines. */
function test(text: string, changes: Partial<ConfigurationTest>): ConfigurationTest {
  const output = text
    .split('\n')
    .flatMap((line, at) =>
      line.includes('prioritty') ? [`(${path}: Line ${at + 1}) Unknown keyword 'prioritty'`] : [],
    );
  return {
    ...{ ran: true, reason: undefined, exitCode: output.length > 0 ? 4 : 0, testedPath: path },
    ...{ output: output.map((line) => `${line}\n`).join(''), ...changes },
  };
}

async function weigh(
  old: string,
  text: string,
  changes: Partial<Appliance> = {},
  tested: Partial<ConfigurationTest> = {},
) {
  const appliance: Appliance = {
    ...createSampleMachine(old, []),
    testConfiguration: (_id, candidate) => Promise.resolve(test(candidate, tested)),
    ...changes,
  };
  const candidate = await seeText(appliance, 'live', text);
  const findings = await checkConfiguration(appliance, candidate);
  const weighed = await weighKnownFindings(appliance, candidate, findings);
  const fatal = weighed.findings.filter(({ severity }) => severity === 'fatal');
  return { ...weighed, fatal: fatal.map(({ code }) => code) };
}

describe('a fault that the file on disk has already', () => {
  it('is a warning that says so, wherever its line is now', async () => {
    const { findings, fatal, known } = await weigh(unknown, `# above\n${unknown}`);
    assert.deepEqual(fatal, []);
    assert.deepEqual(
      known.map(({ code, line }) => [code, line]),
      [['unknown-keyword', 6]],
    );
    const [told] = findings;
    assert.equal(told?.severity, 'warning');
    assert.match(told.message, /^Already in the file: .*prioritty/);
    assert.equal(known[0]?.severity, 'fatal');
  });

  it('blocks where there are more of it than before, and where it is new', async () => {
    const twice = unknown.replace('    priority 100', '    prioritty 100\n    priority 100');
    assert.ok((await weigh(unknown, twice)).fatal.includes('unknown-keyword'));
    assert.deepEqual((await weigh(twice, twice)).fatal, []);
    assert.deepEqual((await weigh(twice, unknown)).fatal, []);
    const fresh = await weigh(good, unknown);
    assert.deepEqual([fresh.fatal, fresh.known], [['unknown-keyword'], []]);
    assert.doesNotMatch(fresh.findings[0]?.message ?? '', /Already/);
  });

  it('blocks where it would end a keepalived that runs, or that may run', async () => {
    const machine = createSampleMachine(ending, 'stopped');
    const stopped = () => machine.readDaemon();
    const next = `# above\n${ending}`;
    assert.ok((await weigh(ending, next)).fatal.length > 0, 'it runs');
    assert.deepEqual((await weigh(ending, next, { readDaemon: stopped })).fatal, []);
    const readDaemon: Appliance['readDaemon'] = () =>
      Promise.resolve({ state: 'unknown', reason: 'no rights' });
    assert.ok((await weigh(ending, next, { readDaemon })).fatal.length > 0, 'it may run');
  });

  it('never excuses a test that did not run, or a text that cannot be tested', async () => {
    const untested = { ran: false, reason: 'keepalived is not installed.', exitCode: undefined };
    assert.deepEqual((await weigh(good, good, {}, untested)).fatal, ['not-tested']);
    const withNul = `${good}#\0\n`;
    assert.deepEqual((await weigh(withNul, `# above\n${withNul}`)).fatal, ['nul-byte']);
  });

  it('excuses nothing where the file on disk cannot be read', async () => {
    const unread = () =>
      Promise.resolve({ ok: false, id: 'live', path, message: 'It is missing.' });
    const readConfigurationFile = unread as unknown as Appliance['readConfigurationFile'];
    const { fatal, known } = await weigh(unknown, unknown, { readConfigurationFile });
    assert.deepEqual([fatal, known], [['unknown-keyword'], []]);
  });
});

describe('what has to be accepted once', () => {
  const outside = `${good}include /srv/elsewhere.conf\n`;
  const dangersOf = async (old: string, text: string, changes: Partial<Appliance> = {}) => {
    const appliance = { ...createSampleMachine(old, []), ...changes };
    appliance.testConfiguration = (_id, candidate) =>
      Promise.resolve({
        ...test(candidate, {}),
        outsideIncludes: candidate.includes('include /srv') ? ['/srv/elsewhere.conf'] : [],
      });
    const candidate = await seeText(appliance, 'live', text);
    const findings = await checkConfiguration(appliance, candidate);
    return findNewDangers(appliance, candidate, findings);
  };

  it('is asked of the save that brings it, not of those after it', async () => {
    const brought = await dangersOf(good, outside);
    assert.deepEqual(
      brought.map(({ code }) => code),
      ['include-outside-folder'],
    );
    assert.deepEqual(await dangersOf(outside, `# above\n${outside}`), []);
    assert.deepEqual(await dangersOf(good, `# above\n${good}`), []);
  });

  it('is a sentence with the line, where it has one', () => {
    const finding = { severity: 'warning', code: 'include-outside-folder', remedy: '' } as const;
    const message = 'It leads outside.';
    assert.equal(describeIgnored({ ...finding, message, line: 9 }), 'Line 9: It leads outside.');
    assert.equal(describeIgnored({ ...finding, message, line: undefined }), message);
  });
});
