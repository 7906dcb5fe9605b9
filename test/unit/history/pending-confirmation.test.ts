import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createPendingConfirmation } from '../../../server/history/pending-confirmation.ts';
import { makeFolder } from './run-child.ts';
import { confirmation } from './samples.ts';

describe('the pending confirmation', () => {
  it('is there after a restart, until it is rolled back', async (context) => {
    const directory = await makeFolder(context);
    const confirmations = createPendingConfirmation({ directory });
    assert.equal(await confirmations.find(), undefined);
    await confirmations.set(confirmation('first'));
    await confirmations.set(confirmation('second'));
    const restarted = createPendingConfirmation({ directory });
    assert.deepEqual(await restarted.find(), confirmation('second'));
    assert.equal((await stat(join(directory, 'pending-confirmation.jsonl'))).mode & 0o777, 0o600);
    await restarted.set(undefined);
    assert.equal(await confirmations.find(), undefined);
  });

  it('says that it is damaged', async (context) => {
    const directory = await makeFolder(context);
    await writeFile(join(directory, 'pending-confirmation.jsonl'), '{"deadlineAtMs":"soon"}\n');
    const confirmations = createPendingConfirmation({ directory });
    await assert.rejects(confirmations.find(), { code: 'confirmation-damaged' });
  });
});
