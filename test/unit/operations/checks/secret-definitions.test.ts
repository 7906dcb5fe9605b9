import assert from 'node:assert/strict';
import { it } from 'node:test';
import { findKeptSecretDefinitions } from '../../../../server/operations/checks/secret-definitions.ts';
import { prepare } from '../simulated-folder.ts';
import { createSimulatedParts, saveText, textOf } from '../simulated-parts.ts';

it('a definition counts as a secret by any file or version that uses it', async (context) => {
  const parts = await createSimulatedParts(await prepare(context, 'live'));
  await saveText(parts, textOf('authentication {\n auth_type PASS\n auth_pass $OLD\n }'));
  await saveText(parts, `$NOW=$DEEP\n${textOf('authentication {\n auth_pass ${NOW}\n }')}`);
  await saveText(parts, textOf('# $VIP'));
  assert.deepEqual([...(await findKeptSecretDefinitions(parts))].sort(), ['DEEP', 'NOW', 'OLD']);
});
