import { UserError } from '../../../shared/errors.ts';
import type { AgentCalls } from '../../agent/agent-calls.ts';
import type { ChangePage } from '../../change-form/change-page.ts';
import { restoreLineEndings } from './line-endings.ts';
import { describeEdit, frameEdit } from './view-model.ts';
import type { EditPlan } from './view-model.ts';

/** The file, and what was typed of it; undefined: it is opened. */
export interface EditForm {
  file: string;
  text?: string;
}

/** The text itself is what is changed here. */
export function createEditPage(
  agent: AgentCalls,
  styleNonce: string,
): ChangePage<EditForm, EditPlan> {
  const read = async ({ file, text }: EditForm) => {
    const content = await agent.readConfigurationFile({ fileId: file });
    if (!content.ok && content.problem === 'unknown-id') {
      throw new UserError('unknown-file', content.message, { statusCode: 404 });
    }
    const original = content.ok ? content.text : '';
    return {
      content,
      text: text === undefined ? undefined : restoreLineEndings(text, original),
    };
  };
  return {
    async plan(own, { madeFrom, isPreview }) {
      const { content, text } = await read(own);
      const [files, version, preview] = await Promise.all([
        agent.listConfigurationFiles({}),
        agent.readInstalledVersion({}),
        isPreview && text !== undefined
          ? agent.previewConfiguration({ fileId: own.file, text })
          : undefined,
      ]);
      const { foresight, findings } = preview ?? {};
      return { files, content, version, text, foresight, findings, madeFrom };
    },
    frame: frameEdit,
    problemOf: (plan) => describeEdit(plan).problem,
    show: (reply, plan, { change }) =>
      reply.page(
        'edit',
        { title: 'Edit Config Files' },
        { ...describeEdit(plan), change, styleNonce },
      ),
    async save(own, request) {
      const { content, text = '' } = await read(own);
      const outcome = await agent.saveConfiguration({ ...request, fileId: own.file, text });
      return { outcome, path: content.path };
    },
    nextPath({ file }, outcome) {
      const self = `/keepalived/edit?file=${encodeURIComponent(file)}`;
      return outcome && outcome.findings.length > 0 ? `${self}&checked=yes` : self;
    },
  };
}
