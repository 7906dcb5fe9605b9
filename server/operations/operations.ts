/** What an administrator can do, behind one object that the pages are given. */
import type {
  ConfigurationFileContent,
  ConfigurationFileEntry,
  LogFilter,
  LogFollower,
  LogPage,
  LogQuery,
  NewerLogLines,
} from '../appliance/appliance.ts';
import type { Notice } from '../history/notices.ts';
import type { Finding } from '../keepalived/config/rules/finding.ts';
import type { PacketDirection } from '../keepalived/firewall/packet.ts';
import type { InstanceSettings } from '../keepalived/settings/setting-fields.ts';
import type { Preview } from './checks/preview.ts';
import type { ConfirmableRequest, WaitingChange } from './confirm/confirmed-change.ts';
import type { FirewallOutcome, OwnFirewallRule } from './debug/firewall.ts';
import type { DrillOutcome, DrillRequest } from './drill/failover-drill.ts';
import type { DrillReading } from './drill/read-drill.ts';
import type { DefaultRoleValues } from './forms/default-role-values.ts';
import type { DefaultRole, DefaultRolePlan } from './forms/default-roles.ts';
import type { FormSave, PlannedSave } from './forms/form-save.ts';
import type { InstanceSettingsPlan } from './forms/instance-settings.ts';
import type { ActionOutcome, Actor, ApplyOutcome } from './outcomes.ts';
import type { BootAction, BootConsent } from './service/boot-actions.ts';
import type { ControlConsent, KeepalivedAction } from './service/service-control.ts';
import type {
  KeptVersion,
  RestorePlan,
  RestoreRequest,
  VersionList,
} from './versions/restore-version.ts';

export interface Operations {
  /**
   * Start, stop or reload keepalived. Start and reload first check the file as a save would, and
   * prove what became of it. A start with the placeholder address, and a reload of a file that was
   * edited by others and can do harm, ask for confirmation; so does a stop that gives up more than
   * one address.
   */
  controlKeepalived(
    action: KeepalivedAction,
    actor: Actor,
    consent?: ControlConsent,
  ): Promise<ActionOutcome>;
  /** One button of Bootup and Shutdown for each chosen service, in order. */
  controlServices(
    services: string[],
    action: BootAction,
    actor: Actor,
    consent?: BootConsent,
  ): Promise<ActionOutcome[]>;

  /**
   * What Set Default Master/Backup would write, from the stored configuration and these values. A
   * form whose live file (by its tag) is another one by now is carried over to that.
   */
  planDefaultRole(
    role: DefaultRole,
    given: Partial<DefaultRoleValues>,
    madeFrom?: string | null,
  ): Promise<DefaultRolePlan>;
  /** Plans it, and writes that, if the live file is still the one that was previewed. */
  setDefaultRole(
    request: FormSave & { role: DefaultRole; values: Partial<DefaultRoleValues> },
  ): Promise<PlannedSave<DefaultRolePlan>>;

  /**
   * What the settings form would write; without a name, of the first instance. A form whose file
   * (by its tag) is another one by now is carried over to that.
   */
  planInstanceSettings(
    instanceName: string | undefined,
    given: Partial<InstanceSettings>,
    madeFrom?: string | null,
  ): Promise<InstanceSettingsPlan>;
  /** Plans it, and writes that, if the live file is still the one that was previewed. */
  setInstanceSettings(
    request: FormSave & { instanceName: string; given: Partial<InstanceSettings> },
  ): Promise<PlannedSave<InstanceSettingsPlan>>;

  listConfigurationFiles(): Promise<ConfigurationFileEntry[]>;
  readConfigurationFile(id: string): Promise<ConfigurationFileContent>;
  /** What a file once said, by its tag, where the history has it. */
  findKeptText(id: string, tag: string): Promise<string | undefined>;
  /** The same check as before a save; touches nothing. */
  checkConfiguration(id: string, text: string): Promise<Finding[]>;
  /** The check, and what saving the text would do to the virtual addresses; touches nothing. */
  previewConfiguration(id: string, text: string): Promise<Preview>;
  /** Makes a text live: checked, kept, installed, loaded and proved, or restored. */
  saveConfiguration(request: ConfirmableRequest): Promise<ApplyOutcome>;

  /** Every version that is kept, and the files as they are now. */
  listVersions(): Promise<VersionList>;
  /** undefined: there is no such version (any more). */
  readVersion(versionId: string): Promise<KeptVersion | undefined>;
  /** The definitions (`$NAME=`) of secrets that a file or a version may have in another one. */
  findSecretDefinitions(): Promise<ReadonlySet<string>>;
  /** What restoring a version would do; undefined: there is no such version (any more). */
  planRestore(versionId: string): Promise<RestorePlan | undefined>;
  /**
   * Makes a version live again, if the file is still the one that was shown. Without a plan: there
   * is no such version (any more).
   */
  restoreVersion(request: RestoreRequest): Promise<PlannedSave<RestorePlan | undefined>>;

  /** The change that goes back by itself unless somebody confirms it. */
  findWaitingChange(): WaitingChange | undefined;
  /** false: that change does not wait (any more). */
  confirmChange(tag: string): Promise<boolean>;
  /** Goes back at once; undefined: that change does not wait (any more). */
  undoChange(tag: string, actor: Actor): Promise<ApplyOutcome | undefined>;

  /** Lets an instance's advertisements in or out through this server's firewall. */
  allowVrrp(
    instanceName: string,
    direction: PacketDirection,
    actor: Actor,
  ): Promise<FirewallOutcome>;
  /** Removes what `allowVrrp` added. */
  withdrawVrrp(
    instanceName: string,
    direction: PacketDirection,
    actor: Actor,
  ): Promise<FirewallOutcome>;
  /** Removes one rule that this program added, named by its `removal`, whatever it was for. */
  removeOwnFirewallRule(removal: string, actor: Actor): Promise<FirewallOutcome>;
  /** The rules that `allowVrrp` added. */
  listOwnFirewallRules(): Promise<OwnFirewallRule[]>;
  /** How it stands with moving an address on purpose; without a name, of the first instance. */
  readDrill(instanceName: string | undefined): Promise<DrillReading>;
  /** Adds the maintenance file that drills need, if the live file is still the one that was shown. */
  setUpDrill(
    request: FormSave & { instanceName: string },
  ): Promise<PlannedSave<DrillReading> & { outcome: ApplyOutcome }>;
  /** May take half a minute; refused while another runs, or a change waits to be confirmed. */
  runDrill(request: DrillRequest): Promise<DrillOutcome>;

  /** Of the installed keepalived: what it understands depends on it. */
  readInstalledVersion(): Promise<string | undefined>;

  readLog(query: LogQuery): Promise<LogPage>;
  exportLog(filter: LogFilter): AsyncIterable<string>;
  readNewerLog(after: string, filter: LogFilter): Promise<NewerLogLines>;
  /** Calls back whenever keepalived logged something. */
  followLog(onLines: () => void): Promise<LogFollower>;

  /** What happened while nobody looked, newest first; shown until an administrator dismisses it. */
  readNotices(): Notice[];
  dismissNotice(id: string): Promise<void>;
}
