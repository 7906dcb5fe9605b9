import type { LogFilter } from '../../../appliance/appliance.ts';
import type { AgentCalls } from '../../agent/agent-calls.ts';

/** All of the log that was asked for, oldest first, in parts as fast as they are read. */
export async function* readLogExport(
  agent: Pick<AgentCalls, 'beginLogExport' | 'continueLogExport'>,
  filter: LogFilter,
): AsyncGenerator<string> {
  const exportId = await agent.beginLogExport(filter);
  for (;;) {
    const { text, isLast } = await agent.continueLogExport({ exportId });
    if (text !== '') yield text;
    if (isLast) return;
  }
}
