import type { RestorePlan } from '../../../operations/versions/restore-version.ts';
import { UserError } from '../../../shared/errors.ts';
import type { AgentCalls } from '../../agent/agent-calls.ts';
import type { ChangeFrame } from '../../change-form/change-frame.ts';
import type { ChangePage } from '../../change-form/change-page.ts';
import { describeVersion } from './version-words.ts';
import type { VersionWords } from './version-words.ts';

export const versionsPath = '/keepalived/versions';

/** What the page has beside the change form. */
export interface RestoringModel {
  version: VersionWords;
  /** Why it cannot be restored. */
  problem: string | undefined;
}

/** A version becomes what its file says again. */
export function createRestorePage(agent: AgentCalls): ChangePage<{ version: string }, RestorePlan> {
  return {
    plan: async ({ version }) => getKept(await agent.planRestore({ versionId: version })),
    frame: frameRestore,
    problemOf: (plan) => describeRestoring(plan).problem,
    show: (reply, plan, { change }) =>
      reply.page(
        'restore-version',
        { title: 'Restore a version' },
        { ...describeRestoring(plan), change },
      ),
    async save({ version: versionId }, request) {
      const { record } = getKept(await agent.readVersion({ versionId }));
      const saved = await agent.restoreVersion({ ...request, versionId });
      return { ...saved, path: record.path };
    },
    nextPath: () => versionsPath,
  };
}

function describeRestoring({ version, current }: RestorePlan): RestoringModel {
  const isThere = current.ok || current.problem === 'missing';
  return {
    version: describeVersion(version.record),
    problem: isThere ? undefined : current.message,
  };
}

/** undefined: the file cannot be read, so what restoring would change is not known. */
function frameRestore({ version, current, foresight }: RestorePlan): ChangeFrame | undefined {
  if (!current.ok && current.problem !== 'missing') return undefined;
  const { id, fileId } = version.record;
  return {
    ...{ fileId, path: version.record.path, hidden: { version: id } },
    action: `${versionsPath}/restore?version=${id}`,
    currentText: current.ok ? current.text : undefined,
    currentTag: current.ok ? current.tag : null,
    ...{ newText: version.text, isBlocked: false, foresight, isChecked: true },
    save: { label: 'Restore this version' },
    back: { href: versionsPath, label: 'Cancel and return to Versions' },
  };
}

/** @throws {UserError} `unknown-version`, a 404 */
export function getKept<Value>(kept: Value | undefined): Value {
  if (kept) return kept;
  throw new UserError('unknown-version', 'There is no such version any more.', {
    statusCode: 404,
  });
}
