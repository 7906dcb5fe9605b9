/** What an administrator can do, behind one object that the pages are given. */
import type {
  Appliance,
  ConfigurationFileContent,
  ConfigurationFileEntry,
  LogPage,
  LogQuery,
} from '../appliance/appliance.ts';
import type { VersionStore } from '../history/version-store.ts';
import type { Finding } from '../keepalived/finding.ts';
import type { StateKeeper } from '../state-keeper.ts';
import { createApplyConfiguration } from './apply-configuration.ts';
import type { ApplyRequest } from './apply-configuration.ts';
import { checkConfiguration } from './check-configuration.ts';
import { createDefaultRoles } from './default-roles.ts';
import type { DefaultRole, DefaultRolePlan, DefaultRoleValues } from './default-roles.ts';
import type { ActionOutcome, Actor, ApplyOutcome } from './outcomes.ts';
import { createServiceControl } from './service-control.ts';
import type { BootAction, KeepalivedAction } from './service-control.ts';

export interface Operations {
  /**
   * Start, stop or reload keepalived. Start and reload first check the file as a save would; a
   * start with the placeholder address is refused until `placeholderConfirmed`.
   */
  controlKeepalived(
    action: KeepalivedAction,
    actor: Actor,
    options?: { placeholderConfirmed?: boolean },
  ): Promise<ActionOutcome>;
  /** One button of Bootup and Shutdown for each chosen service, in order. */
  controlServices(services: string[], action: BootAction, actor: Actor): Promise<ActionOutcome[]>;

  /** What Set Default Master/Backup would write, from the stored configuration and these values. */
  planDefaultRole(role: DefaultRole, values: Partial<DefaultRoleValues>): Promise<DefaultRolePlan>;
  /** Writes the plan if the live file is still the one that was previewed. */
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
export function createOperations(parts: {
  appliance: Appliance;
  keeper: StateKeeper;
  versions: VersionStore;
}): Operations {
  const { appliance } = parts;
  const applyConfiguration = createApplyConfiguration(parts);
  const defaultRoles = createDefaultRoles({ appliance, applyConfiguration });
  const services = createServiceControl(parts);
  return {
    ...services,
    ...defaultRoles,
    applyConfiguration,
    checkConfiguration: (id, text) => checkConfiguration(appliance, id, text),
    listConfigurationFiles: () => appliance.listConfigurationFiles(),
    readConfigurationFile: (id) => appliance.readConfigurationFile(id),
    readLog: (query) => appliance.readLog(query),
    exportLog: (query) => appliance.exportLog(query),
  };
}
