/** What the form of Set Default Master and Backup is filled with, and what it refuses. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  packagedDefaultConfiguration,
  placeholderVirtualAddress,
} from '../../../../server/keepalived/config/default-configurations.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { NetworkInterface } from '../../../../server/keepalived/proof/evidence.ts';
import {
  findDefaultInterface,
  judgeValues,
  prefillValues,
  readValues,
} from '../../../../server/operations/forms/default-role-values.ts';
import type { DefaultRoleValues } from '../../../../server/operations/forms/default-role-values.ts';

const link = (
  name: string,
  address?: string,
  { up = true, family = 'inet' }: { up?: boolean; family?: 'inet' | 'inet6' } = {},
): NetworkInterface => ({
  ...{ name, macAddress: undefined, up, carrier: up },
  addresses: address === undefined ? [] : [{ family, address, prefixLength: 24 }],
});
const lo = link('lo', '127.0.0.1');
const eth0 = link('eth0', '192.168.0.10');
const eth1 = link('eth1', '10.0.0.10');

describe('the interface that is proposed', () => {
  it('is the one with the default route, else the first that is up with an IPv4 address', () => {
    assert.equal(findDefaultInterface([lo, eth0, eth1], ['eth1']), 'eth1');
    assert.equal(findDefaultInterface([lo, eth0, eth1], ['ppp0']), 'eth0');
    const down = link('eth2', '10.1.0.1', { up: false });
    const six = link('eth3', 'fd00::1', { family: 'inet6' });
    assert.equal(findDefaultInterface([lo, down, six, link('eth4'), eth1], []), 'eth1');
    assert.equal(findDefaultInterface([lo, down, six], []), undefined);
    assert.equal(findDefaultInterface([lo], ['lo']), undefined, 'nobody serves on lo');
    assert.equal(findDefaultInterface([lo, down], ['eth2']), 'eth2');
  });
});

const instance = (lines: string) =>
  parseConfiguration(
    `vrrp_script chk {\n script "/usr/bin/curl --fail http://10.0.0.1/ok"\n}\nvrrp_instance VI_1 {\n${lines}\n}\n`,
  );
const empty = parseConfiguration('');

describe('the values', () => {
  it('are those of the first instance, as far as it has them', () => {
    const tree = instance(
      'interface eth1\nvirtual_ipaddress {\n 10.0.0.100/24\n 10.0.0.101/24\n}\ntrack_script {\n chk\n}',
    );
    assert.deepEqual(readValues(tree), {
      ...{ virtualAddress: '10.0.0.100/24', interfaceName: 'eth1' },
      healthcheckUrl: 'http://10.0.0.1/ok',
    });
    assert.deepEqual(readValues(instance('virtual_ipaddress {\n 10.0.0.100\n}')), {
      virtualAddress: '10.0.0.100',
    });
    assert.deepEqual(readValues(instance('')), {});
    assert.deepEqual(readValues(empty), {});
  });

  const stored = parseConfiguration(
    packagedDefaultConfiguration('master', { interfaceName: 'eth0', hostName: 'server1' }),
  );
  const own = instance(
    'interface eth1\nvirtual_ipaddress {\n 10.0.0.100/24\n}\ntrack_script {\n chk\n}',
  );

  it('are those of the stored file, and where it has only the placeholder, those of the live one', () => {
    const links = [eth0, eth1];
    assert.deepEqual(prefillValues(own, stored, links, []), {
      ...{ virtualAddress: '10.0.0.100/24', interfaceName: 'eth1' },
      healthcheckUrl: 'http://10.0.0.1/ok',
    });
    assert.deepEqual(prefillValues(stored, own, links, []), {
      ...{ virtualAddress: '10.0.0.100/24', interfaceName: 'eth0' },
      healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
    });
    assert.equal(
      prefillValues(stored, stored, links, []).virtualAddress,
      placeholderVirtualAddress,
    );
  });

  it('name an interface that this machine has', () => {
    assert.equal(prefillValues(own, stored, [eth0], []).interfaceName, 'eth0');
    assert.equal(prefillValues(own, empty, [link('eth7', '10.0.0.7')], []).interfaceName, 'eth7');
    assert.equal(prefillValues(own, empty, [], []).interfaceName, 'eth0');
    assert.equal(prefillValues(empty, own, [eth0, eth1], ['eth0']).interfaceName, 'eth1');
  });

  it('have no URL where neither file has one', () => {
    assert.equal(prefillValues(empty, empty, [], []).healthcheckUrl, '');
    assert.equal(prefillValues(empty, own, [], []).healthcheckUrl, 'http://10.0.0.1/ok');
  });
});

describe('what was typed', () => {
  const judge = (changes: Partial<DefaultRoleValues>, links = [eth0, eth1], live = empty) => {
    const { problems, warnings } = judgeValues(
      {
        ...{ virtualAddress: '192.168.0.100/24', interfaceName: 'eth0' },
        ...{ healthcheckUrl: 'http://127.0.0.1:8080/healthcheck', ...changes },
      },
      links,
      live,
    );
    const words = ({ field, message }: (typeof problems)[number]) => `${field}: ${message}`;
    return { problems: problems.map(words), warnings: warnings.map(words) };
  };
  const nothing = { problems: [], warnings: [] };

  it('is good, with the placeholder, too, which is told elsewhere', () => {
    assert.deepEqual(judge({}), nothing);
    assert.deepEqual(judge({ virtualAddress: placeholderVirtualAddress }), nothing);
  });

  it('is refused beside its field', () => {
    const of = (changes: Partial<DefaultRoleValues>) => judge(changes).problems.join('\n');
    assert.match(of({ virtualAddress: '192.168.0.300/24' }), /^virtualAddress: /);
    assert.match(of({ virtualAddress: '192.168.0.10/24' }), /^virtualAddress: /, 'its own address');
    assert.equal(
      of({ interfaceName: 'eth9' }),
      'interfaceName: This machine has no interface “eth9”. It has: eth0, eth1.',
    );
    assert.match(judge({ interfaceName: 'eth9' }, []).problems.join(), /It has: none\.$/);
    assert.match(of({ healthcheckUrl: 'ftp://x/' }), /^healthcheckUrl: Write a URL that begins/);
    assert.match(of({ healthcheckUrl: 'http://x/ y' }), /^healthcheckUrl: /);
    assert.equal(judge({ virtualAddress: 'x', healthcheckUrl: 'y' }).problems.length, 2);
  });

  it('is refused only for its length where it is too long', () => {
    for (const [field, text] of [
      ['virtualAddress', '1'.repeat(500)],
      ['interfaceName', 'e'.repeat(500)],
      ['healthcheckUrl', `http://${'x'.repeat(9_000)}`],
    ] as const) {
      const { problems } = judge({ [field]: text });
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', new RegExp(`^${field}: .*(long|character)`));
    }
  });

  it('may be an address that keepalived itself has put on the interface', () => {
    const serving: NetworkInterface = {
      ...eth0,
      addresses: [
        ...eth0.addresses,
        { family: 'inet', address: '192.168.0.100', prefixLength: 24 },
      ],
    };
    const live = instance('interface eth0\nvirtual_ipaddress {\n 192.168.0.100/24\n}');
    assert.deepEqual(judge({}, [serving], live), nothing);
    assert.notDeepEqual(judge({}, [serving]), nothing);
  });

  it('is doubted where the address is on none of the networks of the interface', () => {
    const { problems, warnings } = judge({ virtualAddress: '172.16.0.100/24' });
    assert.deepEqual(problems, []);
    assert.match(warnings.join('\n'), /^virtualAddress: /);
  });
});
