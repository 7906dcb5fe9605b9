import type { DrillReading } from '../../../operations/drill/read-drill.ts';
import type { AgentCalls } from '../../agent/agent-calls.ts';
import type { ChangeFrame } from '../../change-form/change-frame.ts';
import type { ChangePage } from '../../change-form/change-page.ts';
import type { DrillPageModel } from './view-model.ts';

export const drillPath = '/drill';
export const setUpPath = `${drillPath}/set-up`;

/** Whose drill; undefined: the first instance's. */
export interface DrillForm {
  instance?: string | undefined;
}

/**
 * The drill's page, whose change form adds the maintenance file where it is missing.
 * @param describe all of the page that is not the change form
 */
export function createDrillPage(
  agent: AgentCalls,
  configPath: string,
  describe: (reading: DrillReading) => DrillPageModel,
): ChangePage<DrillForm, DrillReading> {
  return {
    plan: ({ instance }) => agent.readDrill({ instanceName: instance }),
    frame: (reading) =>
      reading.kind === 'to-set-up' ? frameSetUp(reading, configPath) : undefined,
    problemOf: (reading) => (reading.kind === 'impossible' ? reading.reason : undefined),
    show: (reply, reading, { change }) =>
      reply.page('drill', { title: 'Failover drill' }, { ...describe(reading), change }),
    async save({ instance: instanceName = '' }, request) {
      const saved = await agent.setUpDrill({ ...request, instanceName });
      return { ...saved, path: configPath };
    },
    nextPath: ({ instance = '' }) => urlOf(instance),
  };
}

export const urlOf = (instance: string): string =>
  `${drillPath}?instance=${encodeURIComponent(instance)}`;

function frameSetUp(
  { instanceName, setUp }: Extract<DrillReading, { kind: 'to-set-up' }>,
  configPath: string,
): ChangeFrame {
  const { currentText, currentTag, newText, foresight } = setUp;
  return {
    ...{ fileId: 'live', path: configPath, action: setUpPath, hidden: { instance: instanceName } },
    ...{ currentText, currentTag, newText, isBlocked: false, foresight, isChecked: true },
    save: { label: 'Set up' },
    back: { href: '/keepalived', label: 'Cancel and return to Keepalived' },
  };
}
