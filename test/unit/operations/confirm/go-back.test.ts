/** The way back of a change that nobody confirmed: what is asked for, and what is said where it fails. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VersionStore } from '../../../../server/history/versions/version-store.ts';
import { goBack } from '../../../../server/operations/confirm/go-back.ts';
import type { ApplyRequest } from '../../../../server/operations/live/apply-request.ts';
import type { ApplyOutcome } from '../../../../server/operations/outcomes.ts';
import { UserError } from '../../../../server/shared/errors.ts';

const actor = { userName: 'admin', remoteAddress: '10.0.0.9' };
const confirmation = {
  ...{ fileId: 'live', restoreVersionId: 'old', currentTag: 'new tag', deadlineAtMs: 0 },
};
const live: ApplyOutcome = { kind: 'live', tag: 'a', findings: [], report: undefined };

async function run(
  answers: (ApplyOutcome | Error)[],
  read: () => Promise<unknown> = () => Promise.resolve({ record: { tag: 'old tag' }, text: 'old' }),
) {
  const requests: ApplyRequest[] = [];
  const versions = { read } as unknown as VersionStore;
  const apply = (request: ApplyRequest) => {
    requests.push(request);
    const answer = answers.shift() ?? live;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const outcome = await goBack({ versions, apply }, confirmation, actor, 'why');
  return { outcome, requests };
}

const request = {
  ...{ fileId: 'live', text: 'old', expectedTag: 'new tag', actor },
  ...{ action: 'go-back', comment: 'why' },
};

describe('going back', () => {
  it('saves the version before, over nothing but the file that waits', async () => {
    const { outcome, requests } = await run([live]);
    assert.deepEqual([outcome, requests], [live, [request]]);
  });

  it('accepts what it does: it was all so before the change', async () => {
    const asked: ApplyOutcome = {
      ...{ kind: 'needs-acceptance', message: '' },
      ...{ dangers: ['It moves.'], addedCommands: ['It runs.'] },
    };
    const { outcome, requests } = await run([asked, live]);
    assert.deepEqual(outcome, live);
    assert.deepEqual(requests[1], {
      ...request,
      ...{ acceptedDangers: ['It moves.'], confirmedCommands: ['It runs.'] },
    });
    const conflict: ApplyOutcome = {
      ...{ kind: 'conflict', currentTag: null, currentText: undefined, message: 'Another.' },
    };
    assert.deepEqual((await run([conflict])).outcome, conflict);
  });

  it('fails in words where the version is gone, or the history cannot be read or written', async () => {
    const gone = await run([], () => Promise.resolve(undefined));
    assert.deepEqual(gone.outcome, {
      ...{ kind: 'failed', message: 'The previous version is no longer kept.' },
    });
    assert.deepEqual(gone.requests, []);
    const damaged = new UserError('history-damaged', 'It is damaged.');
    const failed = { kind: 'failed', message: 'It is damaged.' };
    assert.deepEqual((await run([], () => Promise.reject(damaged))).outcome, failed);
    assert.deepEqual((await run([damaged])).outcome, failed);
    const error = new Error('of ours');
    await assert.rejects(run([error]), error);
  });
});
