import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type {
  Appliance,
  ConfigurationFileContent,
} from '../../../../server/appliance/appliance.ts';
import { noticeOutsideChange } from '../../../../server/history/versions/outside-change.ts';
import { createVersionStore } from '../../../../server/history/versions/version-store.ts';
import type { VersionStore } from '../../../../server/history/versions/version-store.ts';
import {
  packagedDefaultConfiguration,
  placeholderVirtualAddress,
} from '../../../../server/keepalived/config/default-configurations.ts';
import type { DefaultRoleValues } from '../../../../server/operations/forms/default-role-values.ts';
import {
  planDefaultRole,
  readStoredConfiguration,
} from '../../../../server/operations/forms/default-roles.ts';
import { createSampleMachine } from '../sample-machine.ts';

const packaged = packagedDefaultConfiguration('master', {
  interfaceName: 'eth0',
  hostName: 'server1',
});
const withAddress = (address: string): string =>
  packaged.replace(placeholderVirtualAddress, address);

function fileOf(id: string, text: string): ConfigurationFileContent {
  const tag = createHash('sha256').update(text).digest('hex');
  return { ok: true, id, path: `/etc/keepalived/${id}`, text, tag, modifiedAtMs: 0, mode: 0o600 };
}

describe('a form of Set Default Master whose file somebody changed', () => {
  const base = withAddress('192.168.0.100/24');
  const machine = {
    ...createSampleMachine('', 'stopped'),
    readConfigurationFile: (id: string) =>
      Promise.resolve(fileOf(id, id === 'live' ? withAddress('192.168.0.150/24') : packaged)),
  };
  const prefilled: DefaultRoleValues = {
    virtualAddress: '192.168.0.100/24',
    interfaceName: 'eth0',
    healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
  };
  const plan = (given: Partial<DefaultRoleValues>, kept: string | undefined) =>
    planDefaultRole(
      { appliance: machine, versions: {} as VersionStore },
      'master',
      { ...prefilled, ...given },
      { tag: 'a'.repeat(64), findText: () => Promise.resolve(kept) },
    );

  it('takes the values of now that its user left alone', async () => {
    const { values, meanwhile, newText } = await plan({}, base);
    assert.equal(values.virtualAddress, '192.168.0.150/24');
    assert.match(newText ?? '', /192\.168\.0\.150\/24/);
    assert.deepEqual(meanwhile, {
      refilled: { virtualAddress: '192.168.0.150/24' },
      differing: {},
    });
  });

  it('keeps what was entered, and says what the file says now', async () => {
    const typed = { virtualAddress: '192.168.0.120/24', healthcheckUrl: 'http://127.0.0.1/mine' };
    const { values, meanwhile } = await plan(typed, base);
    assert.deepEqual(values, { ...prefilled, ...typed });
    const differing = { virtualAddress: '192.168.0.150/24' };
    assert.deepEqual(meanwhile, { refilled: {}, differing });
  });

  it('keeps all and says what differs where the file of then is not kept', async () => {
    const { values, meanwhile } = await plan({}, undefined);
    assert.deepEqual(values, prefilled);
    assert.deepEqual(meanwhile?.differing, { virtualAddress: '192.168.0.150/24' });
  });
});

describe('a stored configuration', () => {
  it('that is made at its first use is kept as made by the program', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'default-roles-'));
    t.after(() => rm(directory, { recursive: true }));
    const versions = await createVersionStore({ directory });
    let written: string | undefined;
    const machine: Appliance = {
      ...createSampleMachine('', 'stopped'),
      readConfigurationFile: (id) =>
        Promise.resolve(
          written === undefined
            ? { ok: false, id, path: '/etc/master', problem: 'missing', message: 'It is missing.' }
            : fileOf(id, written),
        ),
      replaceConfigurationFile: (_id, { text }) => {
        written = text;
        const tag = createHash('sha256').update(text).digest('hex');
        return Promise.resolve({ outcome: 'replaced', tag });
      },
    };
    const parts = { appliance: machine, versions };
    const made = await readStoredConfiguration(parts, 'master');
    assert.deepEqual(
      await readStoredConfiguration(parts, 'master'),
      fileOf('stored-master', packaged),
    );
    assert.deepEqual(made, { ok: true, text: packaged });
    assert.match(packaged, /^ {4}router_id server1$/m);

    const found = fileOf('stored-master', packaged);
    const outside =
      found.ok && (await noticeOutsideChange(versions, { fileId: found.id, ...found }));
    assert.equal(outside, undefined);
    const kept = await versions.list('stored-master');
    assert.deepEqual(
      kept.map(({ userName, action, outcome }) => [userName, action, outcome]),
      [['keepalived-wai', 'packaged', 'saved']],
    );
  });
});

describe('the plan of Set Default Master', () => {
  const machine = {
    ...createSampleMachine('', 'stopped'),
    readConfigurationFile: (id: string) => Promise.resolve(fileOf(id, packaged)),
  };
  const judge = (given: Partial<DefaultRoleValues>) =>
    planDefaultRole({ appliance: machine, versions: {} as VersionStore }, 'master', given);

  it('says once what is wrong: beside the field', async () => {
    const { fileProblem, problems, newText } = await judge({ virtualAddress: '' });
    assert.equal(fileProblem, undefined);
    assert.equal(newText, undefined);
    const message = 'Write an address in CIDR form, such as 192.168.0.100/24.';
    assert.deepEqual(problems, [{ field: 'virtualAddress', message }]);
  });

  it('says of a value that is too long only that', async () => {
    const long = {
      virtualAddress: '1'.repeat(3000),
      interfaceName: 'e'.repeat(3000),
      healthcheckUrl: `http://${'a'.repeat(2993)}`,
    };
    const { problems, values } = await judge(long);
    assert.deepEqual(values, long);
    assert.deepEqual(
      problems.map(({ field, message }) => `${field}: ${message}`),
      [
        'virtualAddress: Write at most 200 characters; these are 3000.',
        'interfaceName: Write at most 64 characters; these are 3000.',
        'healthcheckUrl: Write at most 2048 characters; these are 3000.',
      ],
    );
  });
});
