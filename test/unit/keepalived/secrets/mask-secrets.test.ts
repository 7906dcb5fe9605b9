import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { maskSecrets } from '../../../../server/keepalived/secrets/mask-secrets.ts';
import { measureCpuMs } from '../../../cpu-time.ts';

const evidence = new URL('../../../fixtures/evidence/', import.meta.url);

const masked: [text: string, expected: string][] = [
  // Configurations
  ['auth_pass hunter2', 'auth_pass ********'],
  ['\tauth_pass \t hunter2  \r\n', '\tauth_pass \t ********  \r\n'],
  ['auth_pass "hun ter2"', 'auth_pass ********'],
  ['auth_pass "a{b}#!c" # why', 'auth_pass ******** # why'],
  ['auth_pass hunter2 ! why', 'auth_pass ******** ! why'],
  ['auth_pass hunt#er2', 'auth_pass ********'],
  ['auth_pass #hunter2', 'auth_pass ********'],
  ['auth_pass pa"ss }', 'auth_pass ********'],
  ['auth_pass hun\\#ter2', 'auth_pass ********'],
  ["auth_pass 'hun ter2'", 'auth_pass ********'],
  ['auth_pass my hunter 2', 'auth_pass ********'],
  ['auth_pass to 8 characters', 'auth_pass ********'],
  ['auth_pass"hunter2"', 'auth_pass********'],
  ['"auth_pass" hunter2', '"auth_pass" ********'],
  ['auth_pass "hun"ter2"', 'auth_pass ********'],
  ['authentication { auth_pass hunter2 }', 'authentication { auth_pass ******** }'],
  ['authentication{\nauth_pass hunter2}}', 'authentication{\nauth_pass ********}}'],
  ['# auth_pass hunter2', '# auth_pass ********'],
  ['! the old auth_pass hunter2', '! the old auth_pass ********'],
  ['@me auth_pass hunter2', '@me auth_pass ********'],
  ['auth_pass one\nauth_pass two', 'auth_pass ********\nauth_pass ********'],
  ['$KEY=hunter2\nauth_pass $KEY', '$KEY=********\nauth_pass ********'],
  ['$KEY=hunter2 x\nauth_pass "${KEY}"\n$IF=eth0', '$KEY=********\nauth_pass ********\n$IF=eth0'],
  ['SSL {\n  password hunter2\n}', 'SSL {\n  password ********\n}'],
  ['password my hunter 2 # why', 'password ******** # why'],
  ['SSL { password "hun ter2" }', 'SSL { password ******** }'],
  // Differences
  ['-  auth_pass one\n+  auth_pass two', '-  auth_pass ********\n+  auth_pass ********'],
  ['-auth_pass "o n e"', '-auth_pass ********'],
  ['+password hunter2', '+password ********'],
  // Output of `-t`
  [
    `(/etc/k.conf: Line 7) Unterminated quote 'auth_pass "hunter2'`,
    "(/etc/k.conf: Line 7) Unterminated quote 'auth_pass ********",
  ],
  [
    `(Line 7) Unmatched quote: 'auth_pass "hun\\"ter2"'`,
    "(Line 7) Unmatched quote: 'auth_pass ********",
  ],
  // Dumps
  ['   Password = hunter2 x\n   Priority = 1', '   Password = ********\n   Priority = 1'],
  ['Keepalived_vrrp[7]:   Password = hunter2', 'Keepalived_vrrp[7]:   Password = ********'],
  ['  SSL password:hunter2', '  SSL password:********'],
  ['{"auth_data":"hunt\\"er2","x":"y"}', '{"auth_data":"********","x":"y"}'],
  ['"auth_data": "hunter2', '"auth_data": "********'],
];

const untouched = [
  'auth_pass',
  'auth_pass\nvirtual_ipaddress {',
  'auth_pass }',
  'auth_type PASS',
  'my_auth_passes x',
  '(/etc/k.conf: Line 7) Truncating auth_pass to 8 characters',
  '*** Configuration line starting `auth_pass` is missing a parameter after keyword `auth_pass` at word position 2',
  '(VI_1) received an invalid passwd!',
  '(VI_1) Authentication specified but no password given. Ignoring',
  '# The password is the same on both servers',
  '   Authentication type = SIMPLE_PASSWORD',
  '$IF=eth0\ninterface $IF',
];

describe('masking secrets', () => {
  for (const [text, expected] of masked) {
    it(`masks ${JSON.stringify(text)}`, () => {
      assert.equal(maskSecrets(text), expected);
      assert.equal(maskSecrets(expected), expected);
    });
  }

  for (const text of untouched) {
    it(`leaves ${JSON.stringify(text)}`, () => {
      assert.equal(maskSecrets(text), text);
    });
  }

  it('leaves no password in any configuration, dump or output of the evidence', () => {
    const names = readdirSync(evidence, { recursive: true, encoding: 'utf8' });
    const withSecret = names
      .filter((name) => /\.(conf|data|json|txt)$/.test(name))
      .map((name) =>
        readFileSync(new URL(name.replaceAll('%', '%25').replaceAll('#', '%23'), evidence), 'utf8'),
      )
      .filter((text) => /\bsecret\b/.test(text));
    assert.ok(withSecret.length > 40, `${withSecret.length} files`);
    for (const text of withSecret) assert.doesNotMatch(maskSecrets(text), /\bsecret\b/);
  });

  it('takes time in proportion to the text, whatever it is', () => {
    for (const unit of [
      'auth_pass ',
      'auth_pass"',
      'a ',
      '"',
      '$A=',
      'password =',
      '"auth_data":"\\',
    ]) {
      const text = `auth_pass ${unit.repeat(1_000_000 / unit.length)}`;
      const tookMs = measureCpuMs(() => maskSecrets(text));
      assert.ok(tookMs < 5000, `${JSON.stringify(unit)}: ${tookMs} ms`);
    }
  });
});
