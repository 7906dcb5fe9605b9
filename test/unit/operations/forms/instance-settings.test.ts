import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InstanceSettings } from '../../../../server/keepalived/settings/setting-fields.ts';
import {
  describeSettingsChange,
  planInstanceSettings,
} from '../../../../server/operations/forms/instance-settings.ts';
import { readSample, sampleConfiguration } from '../../keepalived/settings/samples.ts';
import { createSampleMachine, sampleRuntime } from '../sample-machine.ts';

async function plan(given: Partial<InstanceSettings>, text = sampleConfiguration, name?: string) {
  const machine = createSampleMachine(text, [sampleRuntime()]);
  const result = await planInstanceSettings(machine, name, given);
  if (!result.ok) throw new Error(result.reason);
  return result;
}

describe('the plan of the settings form', () => {
  it('is prefilled from the live file, without its password', async () => {
    const { values, newText, foresight, ...rest } = await plan({});
    assert.deepEqual(values, {
      virtualAddresses: '192.168.0.100/24',
      interfaceName: 'eth0',
      virtualRouterId: '51',
      priority: '101',
      advertInterval: '1',
      authentication: 'PASS',
      password: '',
      healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
      healthcheckInterval: '120',
      fall: '1',
      rise: '1',
      nopreempt: false,
      unicastPeers: '',
    });
    assert.equal(newText, sampleConfiguration);
    assert.equal(foresight, undefined);
    assert.deepEqual([rest.problems, rest.warnings, rest.uneditable], [[], [], []]);
  });

  it('says what would be written and what that would do', async () => {
    const { newText, foresight, ...rest } = await plan({
      priority: '90',
      healthcheckInterval: '30',
    });
    assert.equal(
      newText,
      sampleConfiguration.replace('priority 101', 'priority 90').replace('120', '30'),
    );
    assert.match(foresight?.sentences.join() ?? '', /^The peer will take 192\.168\.0\.100/);
    assert.equal(
      describeSettingsChange(rest as Parameters<typeof describeSettingsChange>[0]),
      'Settings of VI_1: priority, healthcheck interval',
    );
  });

  it('records by comparing values, as a browser sends them: with its line ends', async () => {
    const text = sampleConfiguration.replace(
      '192.168.0.100/24',
      '192.168.0.100/24\n    192.168.0.101/24',
    );
    const values = {
      priority: '90',
      virtualAddresses: '192.168.0.100/24\r\n192.168.0.101/24\r\n',
    };
    const settings = await plan(values, text);
    assert.equal(describeSettingsChange(settings), 'Settings of VI_1: priority');
  });

  it('names the danger of a second address, which the peer does not have yet', async () => {
    const { foresight } = await plan({ virtualAddresses: '192.168.0.100/24\n192.168.0.101/24' });
    assert.match(foresight?.dangers.join() ?? '', /split brain/);
  });

  it('writes nothing while something is wrong, and keeps what was typed', async () => {
    const { newText, foresight, values, problems } = await plan({ virtualRouterId: '256' });
    assert.deepEqual([newText, foresight], [undefined, undefined]);
    assert.equal(values.virtualRouterId, '256');
    assert.deepEqual(
      problems.map(({ field }) => field),
      ['virtualRouterId'],
    );
  });

  it('leaves what only the editor can change, whatever was sent', async () => {
    const text = `$PRIO=101\n${sampleConfiguration.replace('priority 101', 'priority $PRIO')}`;
    const { uneditable, problems, newText } = await plan({ priority: '7', fall: '2' }, text);
    assert.deepEqual(
      uneditable.map(({ field }) => field),
      ['priority'],
    );
    assert.deepEqual(problems, []);
    assert.match(newText ?? '', /priority \$PRIO #/);
    assert.match(newText ?? '', /fall 2/);
  });

  it('finds an instance by its name', async () => {
    const second = 'vrrp_instance VI_2 {\n interface eth0\n virtual_router_id 52\n}\n';
    const { instanceName, instanceNames, hasHealthcheck } = await plan(
      {},
      sampleConfiguration + second,
      'VI_2',
    );
    assert.equal(instanceName, 'VI_2');
    assert.deepEqual(instanceNames, ['VI_1', 'VI_2']);
    assert.equal(hasHealthcheck, false);
  });

  it('explains why there is no form', async () => {
    const machine = createSampleMachine('include extra.conf\n', 'stopped');
    const none = await planInstanceSettings(machine, undefined, {});
    assert.match(none.ok ? '' : none.reason, /no vrrp_instance in the live file itself/);
    const other = await planInstanceSettings(machine, 'VI_9', {});
    assert.match(other.ok ? '' : other.reason, /no vrrp_instance “VI_9”/);
  });
});

describe('a form whose file somebody changed', () => {
  const base = sampleConfiguration;
  const theirs = base
    .replace('interval 120', 'interval 120\n    rise 3')
    .replace('priority 101', 'priority 90')
    .replace('seeded-1', 'seeded-2')
    .replace('192.168.0.100/24\n', '192.168.0.100/24\n        192.168.0.101/24\n');

  async function planLate(given: Partial<InstanceSettings>, kept?: string, now = theirs) {
    const machine = createSampleMachine(now, [sampleRuntime()]);
    // As a browser sends it: everything, with its own line ends.
    const form = { ...readSample(base).current, ...given };
    const origin = { tag: 'a'.repeat(64), findText: () => Promise.resolve(kept) };
    const result = await planInstanceSettings(machine, 'VI_1', form, origin);
    if (!result.ok) throw new Error(result.reason);
    return result;
  }

  it('keeps only what its user changed, and takes the rest from the file now', async () => {
    const { values, meanwhile, newText } = await planLate({ fall: '2', priority: '80' }, base);
    assert.deepEqual(
      [values.rise, values.fall, values.priority, values.password],
      ['3', '2', '80', ''],
    );
    assert.equal(values.virtualAddresses, '192.168.0.100/24\n192.168.0.101/24');
    assert.deepEqual(meanwhile, {
      madeFrom: 'a'.repeat(64),
      isRebased: true,
      changes: [
        { field: 'virtualAddresses', isDisputed: false },
        { field: 'priority', isDisputed: true },
        { field: 'password', isDisputed: false },
        { field: 'rise', isDisputed: false },
      ],
    });
    assert.equal(
      newText,
      theirs.replace('priority 90', 'priority 80').replace('rise 3', 'fall 2\n    rise 3'),
    );
  });

  it('does not take the line ends of a browser for a change', async () => {
    const two = base.replace('100/24\n', '100/24\n        192.168.0.101/24\n');
    const sent = { virtualAddresses: '192.168.0.100/24\r\n192.168.0.101/24' };
    const { values } = await planLate(sent, two, base);
    assert.equal(values.virtualAddresses, '192.168.0.100/24');
  });

  it('says of two equal changes that there is no dispute', async () => {
    const { meanwhile } = await planLate({ rise: '3' }, base);
    const rise = meanwhile?.changes.find(({ field }) => field === 'rise');
    assert.deepEqual(rise, { field: 'rise', isDisputed: false });
  });

  it('leaves all as it was sent where the file that it began with is not known', async () => {
    for (const kept of [undefined, 'global_defs {\n}\n']) {
      const { values, meanwhile } = await planLate({ fall: '2' }, kept);
      assert.deepEqual([values.rise, values.fall, values.priority], ['1', '2', '101']);
      assert.equal(meanwhile?.isRebased, false);
      assert.deepEqual(
        meanwhile.changes.map(({ field }) => field),
        ['virtualAddresses', 'priority', 'fall', 'rise'],
      );
    }
  });
});
