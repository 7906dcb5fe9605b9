/** Each row of the table of settings is a field that works, from the page to the file and back. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readPasswords } from '../../../../server/keepalived/config/passwords.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import { findFieldOf } from '../../../../server/keepalived/settings/field-keywords.ts';
import { isSameSetting } from '../../../../server/keepalived/settings/instance-settings.ts';
import {
  settingFields,
  settingIds,
} from '../../../../server/keepalived/settings/setting-fields.ts';
import type {
  InstanceSettings,
  SettingsField,
} from '../../../../server/keepalived/settings/setting-fields.ts';
import {
  describeSettingsChange,
  planInstanceSettings,
} from '../../../../server/operations/forms/instance-settings.ts';
import { splitFields } from '../../../../server/web/change-form/change-fields.ts';
import { settingsFormSchema } from '../../../../server/web/pages/settings/form-schema.ts';
import { sampleConfiguration } from '../../keepalived/settings/samples.ts';
import { createSampleMachine } from '../../operations/sample-machine.ts';
import { renderSettings } from './change-sample.ts';
import { textOf } from './samples.ts';

const readCase = (name: string) =>
  readFileSync(new URL(`../../../fixtures/cases/${name}/keepalived.conf`, import.meta.url), 'utf8');

const layouts: Record<string, string> = {
  'one statement a line': sampleConfiguration,
  'line ends of Windows': sampleConfiguration.replaceAll('\n', '\r\n'),
  'no indentation': sampleConfiguration.replaceAll(/^ +/gm, ''),
  'blocks in one line': sampleConfiguration.replaceAll(/\{\s*([^{}\n]+)\n\s*\}/g, '{ $1 }'),
  'every field in the file': sampleConfiguration
    .replace('state MASTER', 'state BACKUP\n    nopreempt')
    .replace('interval 120', 'interval 120\n    fall 3\n    rise 2')
    .replace('advert_int 1', 'advert_int 3\n    unicast_peer {\n        192.168.0.20\n    }'),
  'as little as there can be': `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    192.168.0.100
  }
}
`,
  'addresses with options': readCase('c27-address-options'),
  'an empty block': readCase('c30-empty-vip-excluded'),
  'static addresses too': readCase('c34-static-and-vip-overlap'),
};

function createMachine(text: string) {
  const machine = createSampleMachine(text, 'stopped');
  const names = ['eth0', 'eth1', 'lan0.3003'];
  machine.readNetwork = () =>
    Promise.resolve({
      ok: true,
      interfaces: names.map((name) => ({
        ...{ name, macAddress: undefined, up: true, carrier: true, addresses: [] },
      })),
    });
  return machine;
}

async function plan(text: string, given: Partial<InstanceSettings> = {}) {
  const result = await planInstanceSettings(createMachine(text), undefined, given);
  assert.ok(result.ok);
  return result;
}

/** What the page has for each field that it shows. */
async function readPage(text: string): Promise<Map<string, { input: string; label: string }>> {
  const page = renderSettings(await plan(text));
  const blocks = page.split('<div class="field">').map((block) => {
    const [input = '', name = ''] = /<[^>]* name="(\w+)"[^>]*>/.exec(block) ?? [];
    const [, label = ''] = /<label[^>]*>(.*?)<\/label>/s.exec(block) ?? [];
    return [name, { input, label: textOf(label) }] as const;
  });
  return new Map(blocks);
}

/** The other value of a field. Authentication and its password are only set together. */
function findChange(field: SettingsField, current: InstanceSettings): Partial<InstanceSettings> {
  const { examples, writtenWith } = settingFields[field];
  const value = current[field] === examples[0] ? examples[1] : examples[0];
  const others = settingIds.filter((other) =>
    settingFields[other].writtenWith === field
      ? current[other] !== settingFields[other].examples[0]
      : other === writtenWith && value === examples[0],
  );
  const rest = others.map((other) => [other, settingFields[other].examples[0]]);
  return { ...(Object.fromEntries(rest) as Partial<InstanceSettings>), [field]: value };
}

/** As a browser sends the settings of the form. */
function bodyOf(settings: Partial<InstanceSettings>): Record<string, unknown> {
  const pairs = Object.entries(settings).flatMap(([name, value]) =>
    value === false ? [] : [[name, value === true ? 'yes' : value.replaceAll('\n', '\r\n')]],
  );
  return Object.fromEntries(pairs) as Record<string, unknown>;
}

for (const [layout, text] of Object.entries(layouts)) {
  describe(`a setting of a file with ${layout}`, async () => {
    const { current, instanceName, currentTag, hasHealthcheck, uneditable } = await plan(text);
    const page = await readPage(text);
    const shown = settingIds.filter(
      (field) => settingFields[field].group !== 'healthcheck' || hasHealthcheck,
    );

    test('is a field of the page, once, in the order of the table', () => {
      assert.deepEqual(
        [...page.keys()].filter((name) => settingIds.includes(name as SettingsField)),
        shown,
      );
      assert.deepEqual(uneditable, []);
    });

    for (const field of shown) {
      const { name, label, control } = settingFields[field];
      test(`${name}: on the page, set, written, read back, named in the history`, async () => {
        assert.equal(page.get(field)?.label, label);
        const change = findChange(field, current);
        const sent = Object.fromEntries(shown.map((one) => [one, current[one]]));
        const body = { instance: instanceName, tag: currentTag, ...bodyOf({ ...sent, ...change }) };
        const { own, fields } = splitFields(settingsFormSchema.parse(body));
        const { instance, ...given } = own;
        assert.deepEqual(
          [instance, fields.tag, fields.intent, fields.overwrite],
          [instanceName, currentTag, 'save', undefined],
        );
        const saved = await plan(text, given);
        assert.deepEqual(saved.problems, []);
        assert.ok(saved.newText !== undefined && saved.newText !== text);

        const read = await plan(saved.newText);
        for (const one of settingIds) {
          const expected =
            settingFields[one].control.kind === 'password' ? '' : { ...current, ...change }[one];
          assert.ok(
            isSameSetting(one, read.current[one], expected),
            `${one}: ${read.current[one]}`,
          );
        }
        if (control.kind === 'password') {
          const passwords = readPasswords(parseConfiguration(saved.newText));
          assert.equal(passwords[0]?.password, change[field]);
        }
        const names = settingIds
          .filter((one) => one in change)
          .map((one) => settingFields[one].name);
        assert.equal(
          describeSettingsChange(saved),
          `Settings of ${instanceName}: ${names.join(', ')}`,
        );
      });
    }
  });
}

describe('the table of settings', () => {
  test('gives each field words of its own, and its keywords to it alone', () => {
    for (const field of settingIds) {
      for (const keyword of settingFields[field].keywords) {
        assert.equal(findFieldOf({ instance: 'VI_1', keyword }, 'VI_1'), field, keyword);
      }
    }
    for (const word of ['label', 'name', 'help'] as const) {
      const words = settingIds.map((field) => settingFields[field][word]);
      assert.deepEqual(words, [...new Set(words)]);
    }
  });
});
