/** The change form of a page, as a browser of nobody in particular gets it. */
import { z } from 'zod';
import type { Finding } from '../../../../server/keepalived/config/rules/finding.ts';
import type { InstanceSettingsPlan } from '../../../../server/operations/forms/instance-settings.ts';
import type { AgentCalls } from '../../../../server/web/agent/agent-calls.ts';
import { changeFields } from '../../../../server/web/change-form/change-fields.ts';
import type { ChangeFields } from '../../../../server/web/change-form/change-fields.ts';
import type { ChangeFormModel } from '../../../../server/web/change-form/change-form-model.ts';
import type { ChangeFrame } from '../../../../server/web/change-form/change-frame.ts';
import { describeChange } from '../../../../server/web/change-form/describe-change.ts';
import type { Answer } from '../../../../server/web/change-form/describe-change.ts';
import { createSettingsPage } from '../../../../server/web/pages/settings/settings-page.ts';
import { describeSettings } from '../../../../server/web/pages/settings/view-model.ts';
import type { FindingItem } from '../../../../server/web/view/change/findings.ts';
import { renderPage } from './samples.ts';

const request: Parameters<typeof describeChange>[0] = {
  socket: { localAddress: '192.168.0.7' },
  host: '',
};

/** The common fields as they come out of a form that was sent. */
export const sampleFields = (sent: Record<string, string> = {}): ChangeFields =>
  z.object(changeFields).parse({ tag: '', ...sent });

/** @param answer undefined: the form is opened */
export const showChange = (frame: ChangeFrame, answer?: Answer): ChangeFormModel =>
  describeChange(request, frame, answer);

/** The page on a plan; with findings: after a save that they refused. */
export function renderSettings(plan: InstanceSettingsPlan, findings?: Finding[]): string {
  const path = '/etc/keepalived/keepalived.conf';
  const { frame, linkFindings } = createSettingsPage({} as AgentCalls, path);
  const made = frame(plan);
  const link = (found: readonly FindingItem[]) => linkFindings?.(found, plan) ?? [];
  const outcome = findings && {
    ...{ kind: 'refused' as const, message: 'Nothing was changed.', findings },
  };
  const tag = plan.ok ? plan.currentTag : '';
  const hasErrors = (made?.errors?.length ?? 0) > 0;
  const answer =
    outcome || hasErrors
      ? { fields: sampleFields({ tag }), link, ...(outcome && { outcome }) }
      : undefined;
  const change = made && showChange(made, answer);
  const model = describeSettings(plan, change?.failure?.findings ?? []);
  return renderPage('settings', { ...model, change });
}
