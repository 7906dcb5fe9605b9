import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { it } from 'node:test';
import { nothingForeseen } from '../../../../server/keepalived/foresight/foresight-result.ts';
import { seeConfiguration } from '../../../../server/operations/checks/configuration-seen.ts';
import type { Consent } from '../../../../server/operations/checks/foresee-apply.ts';
import { foreseeText } from '../../../../server/operations/checks/preview.ts';
import {
  applyConfiguration,
  seekConsent,
} from '../../../../server/operations/live/apply-configuration.ts';
import { prepare } from '../simulated-folder.ts';
import { configPathOf } from '../simulated-machine.ts';
import { createSimulatedParts, saveText, textOf } from '../simulated-parts.ts';

const withUrl = (url: string): string =>
  `vrrp_script chk {\n script "/usr/bin/curl ${url}"\n interval 5\n}\n` +
  textOf('track_script {\n chk\n }');

it('a URL that a preview brings is not asked; one that is saved is', async (context) => {
  const folder = await prepare(context, 'live');
  const parts = await createSimulatedParts(folder);
  const asked: string[] = [];
  const { appliance } = parts;
  appliance.probeHealthcheck = ({ url }) => {
    asked.push(url);
    return Promise.resolve({ url, outcome: { kind: 'refused' }, durationMs: 1 });
  };
  writeFileSync(configPathOf(folder), withUrl('http://127.0.0.1:80/'));
  const text = withUrl('http://admin:seeded@169.254.169.254/latest/');
  const seen = await seeConfiguration(appliance, 'live');
  const preview = await foreseeText(appliance, seen, text);
  assert.deepEqual(asked, []);
  assert.match(
    preview.sentences.join(),
    /chk will ask .*169\.254\.169\.254.* asked once when you save/,
  );
  assert.deepEqual(preview.dangers, []);
  assert.doesNotMatch(JSON.stringify(preview.sentences), /seeded/);
  await saveText(parts, text);
  assert.ok(asked.length > 0);
  assert.deepEqual([...new Set(asked)], ['http://admin:seeded@169.254.169.254/latest/']);
});

it('a save asks a URL only after what it runs is confirmed', async (context) => {
  const folder = await prepare(context, 'live');
  const parts = await createSimulatedParts(folder);
  const asked: string[] = [];
  parts.appliance.probeHealthcheck = ({ url }) => {
    asked.push(url);
    return Promise.resolve({ url, outcome: { kind: 'refused' }, durationMs: 1 });
  };
  writeFileSync(configPathOf(folder), withUrl('http://127.0.0.1:80/'));
  const text = withUrl('http://169.254.169.254/latest/');
  const current = await parts.appliance.readConfigurationFile('live');
  const save = (consent: Consent) =>
    applyConfiguration(parts, {
      ...{ fileId: 'live', text, expectedTag: current.ok ? current.tag : null, action: 'edit' },
      ...{ actor: { userName: 'admin', remoteAddress: 'unix' }, comment: '' },
      ...consent,
    });
  const first = await save({});
  assert.ok(first.kind === 'needs-acceptance', JSON.stringify(first));
  assert.ok(first.addedCommands.length > 0, 'it runs a script that was not there');
  assert.deepEqual(asked, []);
  const { addedCommands: confirmedCommands, dangers: acceptedDangers } = first;
  const second = await save({ confirmedCommands, acceptedDangers });
  assert.ok(asked.length > 0, JSON.stringify(second));
  assert.ok(second.kind === 'needs-acceptance', JSON.stringify(second));
  const third = await save({ confirmedCommands, acceptedDangers: second.dangers });
  assert.equal(third.kind, 'live', JSON.stringify(third));
});

it('a danger that the answer brings is asked together with all the rest', async () => {
  const unasked = { ...nothingForeseen, addedCommands: ['runs chk'], hasUnaskedUrl: true as const };
  const asked = { ...nothingForeseen, addedCommands: ['runs chk'], dangers: ['chk fails'] };
  const seek = (consent: Consent) =>
    seekConsent(consent, [], { foresight: unasked, askUrls: () => Promise.resolve(asked) });
  const { missing } = await seek({ confirmedCommands: ['runs chk'] });
  assert.ok(missing?.kind === 'needs-acceptance');
  // What was confirmed is not remembered, so its password is asked again.
  assert.deepEqual([missing.addedCommands, missing.dangers], [['runs chk'], ['chk fails']]);
  const all = { confirmedCommands: ['runs chk'], acceptedDangers: ['chk fails'] };
  assert.equal((await seek(all)).missing, undefined);
});
