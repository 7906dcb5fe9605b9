import type { DefaultRoleValues } from '../../../operations/forms/default-role-values.ts';
import type { DefaultRole, DefaultRolePlan } from '../../../operations/forms/default-roles.ts';
import type { AgentCalls } from '../../agent/agent-calls.ts';
import type { ChangeFrame } from '../../change-form/change-frame.ts';
import type { ChangePage } from '../../change-form/change-page.ts';
import {
  describeDefaultRole,
  describeRoleMeanwhile,
  listRoleFields,
  getTitle,
} from './view-model.ts';

/** A stored configuration, with the values of this machine, becomes the live one. */
export function createDefaultRolePage(
  agent: AgentCalls,
  role: DefaultRole,
  configPath: string,
): ChangePage<Partial<DefaultRoleValues>, DefaultRolePlan> {
  return {
    plan: (given, { madeFrom }) => agent.planDefaultRole({ role, given, madeFrom }),
    frame: (plan) => frameDefaultRole(plan, configPath),
    problemOf: ({ fileProblem }) => fileProblem,
    show: (reply, plan, { change }) =>
      reply.page(
        'default-role',
        { title: getTitle(role) },
        { ...describeDefaultRole(plan, configPath), change },
      ),
    async save(values, request) {
      const saved = await agent.setDefaultRole({ ...request, role, values });
      return { ...saved, path: configPath };
    },
    nextPath: (_values, outcome) =>
      outcome
        ? `/keepalived/default-${role}/done?tag=${outcome.tag}`
        : `/keepalived/default-${role}`,
  };
}

function frameDefaultRole(plan: DefaultRolePlan, configPath: string): ChangeFrame {
  const { role, currentText, currentTag, newText, foresight } = plan;
  const meanwhile = describeRoleMeanwhile(plan);
  return {
    ...{ fileId: 'live', path: configPath, action: `/keepalived/default-${role}`, hidden: {} },
    ...{ currentText, currentTag, newText, isBlocked: newText === undefined, foresight },
    errors: listRoleFields(plan).filter(({ error }) => error !== undefined),
    isChecked: true,
    save: { label: getTitle(role) },
    back: { href: '/keepalived', label: 'Cancel and return to Keepalived' },
    ...(meanwhile && { meanwhile }),
  };
}
