import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { ConfigurationFileContent } from '../../../server/appliance/appliance.ts';
import {
  packagedDefaultConfiguration,
  placeholderVirtualAddress,
} from '../../../server/keepalived/config/default-configurations.ts';
import type { DefaultRoleValues } from '../../../server/operations/default-role-values.ts';
import { planDefaultRole } from '../../../server/operations/default-roles.ts';
import { createSampleMachine } from './sample-machine.ts';

const packaged = packagedDefaultConfiguration('master', { interfaceName: 'eth0' });
const withAddress = (address: string): string =>
  packaged.replace(placeholderVirtualAddress, address);

function fileOf(id: string, text: string): ConfigurationFileContent {
  const tag = createHash('sha256').update(text).digest('hex');
  return { ok: true, id, path: `/etc/keepalived/${id}`, text, tag, modifiedAtMs: 0, mode: 0o600 };
}

describe('a form of Set Default Master whose file was changed meanwhile', () => {
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
      machine,
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

  it('keeps what he typed, and says what the file says now', async () => {
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
