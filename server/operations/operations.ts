/** What an administrator can do, behind one object that the pages are given. */
import type {
  ConfigurationFileContent,
  ConfigurationFileEntry,
  LogPage,
  LogQuery,
} from '../appliance/appliance.ts';
import type { Finding } from '../keepalived/finding.ts';
import { applyConfiguration } from './apply-configuration.ts';
import type { ApplyParts, ApplyRequest } from './apply-configuration.ts';
import { controlServices } from './boot-actions.ts';
import type { BootAction } from './boot-actions.ts';
import { checkConfiguration } from './check-configuration.ts';
import type { DefaultRoleValues } from './default-role-values.ts';
import { planDefaultRole, readStoredConfiguration } from './default-roles.ts';
import type { DefaultRole, DefaultRolePlan } from './default-roles.ts';
import { createMutex } from './mutex.ts';
import type { ActionOutcome, Actor, ApplyOutcome } from './outcomes.ts';
import { controlKeepalived } from './service-control.ts';
import type { KeepalivedAction } from './service-control.ts';

export interface Operations {
  /**
   * Start, stop or reload keepalived. Start and reload first check the file as a save would; a
   * start with the placeholder address asks for confirmation.
   */
  controlKeepalived(
    action: KeepalivedAction,
    options?: { placeholderConfirmed?: boolean },
  ): Promise<ActionOutcome>;
  /** One button of Bootup and Shutdown for each chosen service, in order. */
  controlServices(services: string[], action: BootAction): Promise<ActionOutcome[]>;

  /** What Set Default Master/Backup would write, from the stored configuration and these values. */
  planDefaultRole(role: DefaultRole, given: Partial<DefaultRoleValues>): Promise<DefaultRolePlan>;
  /** Writes the plan, if the live file is still the one that was previewed. */
  setDefaultRole(
    role: DefaultRole,
    values: DefaultRoleValues,
    expectedTag: string | null,
    actor: Actor,
  ): Promise<ApplyOutcome>;

  listConfigurationFiles(): Promise<ConfigurationFileEntry[]>;
  readConfigurationFile(id: string): Promise<ConfigurationFileContent>;
  /** The same check as before a save; touches nothing. */
  checkConfiguration(id: string, text: string): Promise<Finding[]>;
  applyConfiguration(request: ApplyRequest): Promise<ApplyOutcome>;

  readLog(query: LogQuery): Promise<LogPage>;
  exportLog(query: Pick<LogQuery, 'filter'>): AsyncIterable<string>;
}

/** The operations over one appliance, its state keeper and its history. */
export function createOperations(parts: ApplyParts): Operations {
  const { appliance, keeper } = parts;
  const alone = createMutex();
  /** What changes something runs alone: a Stop during a proof would look like a failed reload. */
  const change = <Value>(task: () => Promise<Value>): Promise<Value> =>
    alone(async () => {
      const value = await task();
      await keeper.refresh();
      return value;
    });
  const setDefaultRole: Operations['setDefaultRole'] = async (role, values, expectedTag, actor) => {
    const { newText: text, fileProblem, problems } = await planDefaultRole(appliance, role, values);
    if (text === undefined) {
      const message = fileProblem ?? problems.map((problem) => problem.message).join(' ');
      return { kind: 'failed', message };
    }
    const request = { fileId: 'live', text, expectedTag, actor, action: `default-${role}` };
    return applyConfiguration(parts, { ...request, comment: `Set Default ${titles[role]}` });
  };
  return {
    controlKeepalived: (action, options) => change(() => controlKeepalived(parts, action, options)),
    controlServices: (services, action) => change(() => controlServices(parts, services, action)),
    planDefaultRole: (role, given) => planDefaultRole(appliance, role, given),
    setDefaultRole: (...request) => change(() => setDefaultRole(...request)),
    listConfigurationFiles: () => appliance.listConfigurationFiles(),
    async readConfigurationFile(id) {
      if (id === 'stored-master') await readStoredConfiguration(appliance, 'master');
      if (id === 'stored-backup') await readStoredConfiguration(appliance, 'backup');
      return appliance.readConfigurationFile(id);
    },
    checkConfiguration: (id, text) => checkConfiguration(appliance, id, text),
    applyConfiguration: (request) => change(() => applyConfiguration(parts, request)),
    readLog: (query) => appliance.readLog(query),
    exportLog: (query) => appliance.exportLog(query),
  };
}

const titles: Record<DefaultRole, string> = { master: 'Master', backup: 'Backup' };
