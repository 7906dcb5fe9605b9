import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeInstanceSettings } from '../../../../server/keepalived/settings/field-rules.ts';
import type { InstanceSettings } from '../../../../server/keepalived/settings/setting-fields.ts';
import { readSample, sampleConfiguration } from './samples.ts';

function judge(changes: Partial<InstanceSettings>, text = sampleConfiguration) {
  const { current, surroundings } = readSample(text);
  const verdict = judgeInstanceSettings({ ...current, ...changes }, surroundings);
  const flat = (messages: typeof verdict.problems) =>
    messages.map(({ field, message }) => `${field}: ${message}`).join('\n');
  return { problems: flat(verdict.problems), warnings: flat(verdict.warnings), verdict };
}

const second = `vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    virtual_ipaddress {
        192.168.0.200/24
    }
}
`;

describe('the rules of the settings form', () => {
  it('find nothing wrong with what the file says', () => {
    assert.deepEqual(judge({}).verdict, { problems: [], warnings: [] });
  });

  const refused: [changes: Partial<InstanceSettings>, says: RegExp][] = [
    [{ virtualAddresses: ' \n' }, /^virtualAddresses: Write at least one address/],
    [{ virtualAddresses: '192.168.0.100' }, /^virtualAddresses: The prefix length is missing/],
    [{ virtualAddresses: '192.168.0.300/24' }, /^virtualAddresses: “192\.168\.0\.300\/24” is not/],
    [{ virtualAddresses: '192.168.0.10/24' }, /192\.168\.0\.10 is this server’s own address/],
    [{ virtualAddresses: '192.168.0.100/24\n192.168.0.100/25' }, /192\.168\.0\.100 is there twice/],
    [
      { interfaceName: 'eth9' },
      /^interfaceName: This machine has no interface “eth9”. It has: eth0/,
    ],
    [{ virtualRouterId: '256' }, /^virtualRouterId: Write a whole number from 1 to 255/],
    [{ virtualRouterId: '' }, /^virtualRouterId: /],
    [{ virtualRouterId: '051' }, /^virtualRouterId: /],
    [{ priority: '0' }, /^priority: Write a whole number from 1 to 255/],
    [{ priority: '1e2' }, /^priority: /],
    [{ advertInterval: '0.5' }, /^advertInterval: Write a whole number of seconds from 1 to 255/],
    [{ authentication: 'AH' }, /^authentication: Choose none or PASS/],
    [{ authentication: 'none', password: 'x' }, /^password: Choose PASS/],
    [{ password: 'ninechars' }, /^password: At most 8 characters/],
    [{ password: 'pässwörd' }, /^password: At most 8 characters \(bytes\)/],
    [{ password: 'a"b' }, /^password: The password contains a double quote/],
    [{ healthcheckUrl: 'ftp://127.0.0.1/' }, /^healthcheckUrl: Write a URL/],
    [{ healthcheckUrl: '' }, /^healthcheckUrl: Write a URL/],
    [{ healthcheckInterval: '0' }, /^healthcheckInterval: Write a whole number of seconds/],
    [{ fall: '-1' }, /^fall: Write a whole number/],
    [{ rise: 'two' }, /^rise: Write a whole number/],
    [{ unicastPeers: '192.168.0.10' }, /^unicastPeers: 192\.168\.0\.10 is this server’s own/],
    [{ unicastPeers: '192.168.0.20/24' }, /^unicastPeers: “192\.168\.0\.20\/24” is not an IP/],
    [{ unicastPeers: '192.168.0.100' }, /^unicastPeers: 192\.168\.0\.100 is a virtual IP/],
    [
      { unicastPeers: '192.168.0.20\n192.168.0.20' },
      /^unicastPeers: 192\.168\.0\.20 is there twice/,
    ],
  ];
  for (const [changes, says] of refused) {
    it(`refuse ${JSON.stringify(changes)}`, () => {
      assert.match(judge(changes).problems, says);
    });
  }

  it('say of a value that is too long only that', () => {
    const cases: [keyof InstanceSettings, value: string, says: string][] = [
      [
        'healthcheckUrl',
        `http://${'a'.repeat(2993)}`,
        'Write at most 2048 characters; these are 3000.',
      ],
      ['interfaceName', 'e'.repeat(65), 'Write at most 64 characters; these are 65.'],
      [
        'virtualAddresses',
        `10.9.0.1/24\n${'1'.repeat(3000)}`,
        'Line 2 is too long: write at most 200 characters in a line.',
      ],
      [
        'unicastPeers',
        '10.9.0.1\n'.repeat(10_000),
        'Write at most 32768 characters; these are 90000.',
      ],
      ['virtualRouterId', '9'.repeat(5000), 'Write a whole number from 1 to 255.'],
      ['priority', '1'.repeat(5000), 'Write a whole number from 1 to 255.'],
    ];
    for (const [field, value, message] of cases) {
      assert.deepEqual(judge({ [field]: value }).verdict.problems, [{ field, message }]);
    }
  });

  it('leave a line of the file as long as it is', () => {
    const long = `192.168.0.100/24 label ${'x'.repeat(300)}`;
    const text = sampleConfiguration.replace('192.168.0.100/24', long);
    assert.deepEqual(judge({ priority: '90' }, text).verdict.problems, []);
  });

  for (const field of Object.keys(readSample().current) as (keyof InstanceSettings)[]) {
    if (field === 'nopreempt') continue;
    it(`send “$” in ${field} to the editor`, () => {
      const { problems } = judge({ [field]: '$VALUE' }).verdict;
      assert.deepEqual(
        problems.filter((problem) => problem.field === field).map((one) => one.needsEditor),
        [true],
      );
    });
  }

  it('know the other instances of the file', () => {
    const text = sampleConfiguration + second;
    assert.match(judge({ virtualRouterId: '52' }, text).problems, /VI_2 has the number 52 on eth0/);
    const taken = judge({ virtualAddresses: '192.168.0.100/24\n192.168.0.200/24' }, text);
    assert.match(taken.problems, /192\.168\.0\.200\/24 is already an address of VI_2/);
  });

  it('accept an address with options, and leave the entries of the file alone', () => {
    const text = sampleConfiguration.replace('192.168.0.100/24', '192.168.0.100 dev eth0');
    const kept = '192.168.0.100 dev eth0';
    assert.equal(judge({ virtualAddresses: kept }, text).problems, '');
    const added = `${kept}\n192.168.0.101/24 dev eth0 label eth0:1`;
    assert.equal(judge({ virtualAddresses: added }, text).problems, '');
  });

  it('give version 3 fractions of a second and no authentication', () => {
    const text = sampleConfiguration.replace('advert_int 1', 'advert_int 1\n    version 3');
    const unauthenticated = { authentication: 'none' };
    assert.equal(judge({ ...unauthenticated, advertInterval: '0.25' }, text).problems, '');
    assert.match(judge({ ...unauthenticated, advertInterval: '41' }, text).problems, /0\.01 to 40/);
    // What stands in the file keepalived ignores; what is typed would be lost.
    assert.equal(judge({}, text).problems, '');
    assert.match(judge({}, text).warnings, /version 3 has no authentication/);
    assert.match(judge({ password: 'cluster2' }, text).problems, /has no authentication/);
  });

  it('ask for the password when the authentication is another one', () => {
    const text = sampleConfiguration.replace(/ {4}authentication[^}]*}\n/, '');
    assert.match(
      judge({ authentication: 'PASS' }, text).problems,
      /^authentication: Type the pass/,
    );
    assert.equal(judge({ authentication: 'PASS', password: 'cluster2' }, text).problems, '');
  });

  it('ask nothing of a healthcheck that is not there', () => {
    const text = sampleConfiguration.replace(/ {4}track_script[^}]*}\n/, '');
    assert.equal(judge({}, text).problems, '');
  });

  it('warn of an address outside the network, of priority 255, and that nopreempt sets BACKUP', () => {
    assert.match(
      judge({ virtualAddresses: '10.1.1.1/24' }).warnings,
      /outside the interface’s net/,
    );
    assert.match(judge({ priority: '255' }).warnings, /^priority: Priority 255 means/);
    assert.match(judge({ nopreempt: true }).warnings, /^nopreempt: This also changes state MASTER/);
  });
});
