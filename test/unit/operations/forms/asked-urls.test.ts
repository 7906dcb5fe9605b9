import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { it } from 'node:test';
import { foreseeApply } from '../../../../server/operations/checks/foresee-apply.ts';
import { look } from '../../../../server/operations/live/prove-live.ts';
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
  const preview = await foreseeApply(appliance, { fileId: 'live', text }, await look(appliance));
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
