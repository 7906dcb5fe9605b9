import type { Mutex } from '../shared/mutex.ts';
import type { FinishedAction } from '../state/failover-records.ts';
import type { RefreshOptions, StateKeeper } from '../state/state-keeper.ts';
import { seeConfiguration, seeText } from './checks/configuration-seen.ts';
import { checkSave, previewText } from './checks/preview.ts';
import { findKeptSecretDefinitions } from './checks/secret-definitions.ts';
import type { ConfirmedChanges } from './confirm/confirmed-change.ts';
import {
  allowVrrp,
  listOwnFirewallRules,
  removeOwnFirewallRule,
  withdrawVrrp,
} from './debug/firewall.ts';
import type { FirewallOutcome } from './debug/firewall.ts';
import type { ApplyDependencies, DrillDependencies } from './dependencies.ts';
import { runDrill } from './drill/failover-drill.ts';
import type { DrillOutcome, DrillRequest } from './drill/failover-drill.ts';
import { readDrill } from './drill/read-drill.ts';
import { planDefaultRole, readStoredConfiguration } from './forms/default-roles.ts';
import type { FormOrigin } from './forms/form-origin.ts';
import { planInstanceSettings } from './forms/instance-settings.ts';
import { createPlannedSaves } from './forms/planned-saves.ts';
import { watchUnforeseen } from './live/watch-unforeseen.ts';
import type { Operations } from './operations.ts';
import { hasLoaded } from './outcomes.ts';
import type { ActionOutcome, Actor, ApplyOutcome } from './outcomes.ts';
import { controlServices } from './service/boot-actions.ts';
import type { BootAction, BootConsent } from './service/boot-actions.ts';
import { observeOutcome } from './service/observe-outcome.ts';
import { controlKeepalived } from './service/service-control.ts';
import { findKeptText } from './versions/find-kept-text.ts';
import { listVersions, planRestore } from './versions/restore-version.ts';

/** The operations over one appliance, its state keeper and its history. */
export function createOperations(
  parts: ApplyDependencies &
    DrillDependencies & {
      keeper: Pick<StateKeeper, 'noteLoaded' | 'noteAction' | 'refresh' | 'followAddressChanges'>;
      exclusive: Mutex;
      confirmed: ConfirmedChanges;
    },
): Operations {
  const { appliance, keeper, notices, exclusive, confirmed } = parts;
  /** How many changes were begun. */
  let begun = 0;
  /** What changes something runs alone: a Stop during a proof would look like a failed reload. */
  const change = <Value>(
    task: () => Promise<Value>,
    refreshing: (value: Value) => RefreshOptions = () => ({}),
  ): Promise<Value> =>
    exclusive(async () => {
      begun += 1;
      const value = await task();
      await keeper.refresh(refreshing(value));
      return value;
    });
  /**
   * The one place where the failover history learns who did something, and from where.
   * @param wasTried whether keepalived, or the firewall, was told anything: a refusal moves nothing
   */
  const recorded = async <Value>(
    { actor, ...action }: Omit<FinishedAction, 'durationMs' | keyof Actor> & { actor: Actor },
    task: () => Promise<Value>,
    wasTried: (value: Value) => boolean,
  ): Promise<Value> => {
    const beganAtMs = performance.now();
    const value = await task();
    const durationMs = performance.now() - beganAtMs;
    if (wasTried(value)) keeper.noteAction({ ...action, ...actor, durationMs });
    return value;
  };
  const changeFirewall = (actor: Actor, task: () => Promise<FirewallOutcome>) =>
    recorded(
      { what: 'firewall', actor },
      () => change(task),
      ({ reports }) => reports.length > 0,
    );
  const controlService = (
    service: string,
    action: BootAction,
    actor: Actor,
    consent?: BootConsent,
  ) => {
    const task = () => change(() => controlServices(parts, [service], action, consent));
    const what = stateActions[action];
    return service === 'keepalived' && what
      ? recorded({ what, actor }, task, (outcomes) => outcomes.some(wasTold))
      : task();
  };
  /** Waiting for what was foreseen to move keeps nobody else from acting. */
  const runSave = async <Saved extends { outcome: ApplyOutcome | undefined }>(
    actor: Actor,
    task: () => Promise<Saved>,
  ): Promise<Saved> => {
    const saved = await recorded(
      { what: 'save', actor },
      () =>
        change(task, ({ outcome }) => ({
          seen: outcome?.kind === 'live' ? outcome.seen : undefined,
        })),
      ({ outcome }) => outcome !== undefined && hasLoaded(outcome),
    );
    if (!saved.outcome) return saved;
    const own = begun;
    // Nobody waits for it, and what it cannot see it cannot tell.
    void watchUnforeseen(parts, saved.outcome, { isOver: () => begun !== own }).catch(
      () => undefined,
    );
    const outcome = await observeOutcome(appliance, saved.outcome);
    if (outcome.kind === 'live' && outcome.observations?.length) await keeper.refresh();
    return { ...saved, outcome };
  };
  const plannedSaves = createPlannedSaves(parts);
  const originOf = (tag: string | null | undefined): FormOrigin | undefined =>
    tag === undefined
      ? undefined
      : { tag, findText: (oldTag) => findKeptText(parts.versions, 'live', oldTag) };
  let isDrilling = false;
  const drill = async (request: DrillRequest): Promise<DrillOutcome> => {
    const refuse = (sentence: string): DrillOutcome => ({ kind: 'refused', sentences: [sentence] });
    if (isDrilling) return refuse('A drill is already running. Wait until it ends.');
    isDrilling = true;
    const { instanceName: instance, action: drillAction, actor } = request;
    // It is known only from what keepalived tracks that maintenance is on.
    const task = () =>
      change(
        async () =>
          confirmed.find()
            ? refuse('A change is waiting for confirmation. Keep it or roll it back first.')
            : runDrill(parts, request),
        () => ({ withTracking: true }),
      );
    try {
      return await recorded(
        { what: 'drill', instance, drillAction, actor },
        task,
        ({ kind }) => kind !== 'refused' && kind !== 'needs-acceptance',
      );
    } finally {
      isDrilling = false;
    }
  };
  return {
    controlKeepalived: (action, actor, consent) =>
      recorded(
        { what: action, actor },
        () => change(() => controlKeepalived(parts, action, { ...consent, actor })),
        wasTold,
      ),
    async controlServices(services, action, actor, consent) {
      const outcomes: ActionOutcome[] = [];
      for (const service of services) {
        outcomes.push(...(await controlService(service, action, actor, consent)));
      }
      return outcomes;
    },
    planDefaultRole: (role, given, madeFrom) =>
      planDefaultRole(parts, role, given, originOf(madeFrom)),
    setDefaultRole: (request) => runSave(request.actor, () => plannedSaves.setDefaultRole(request)),
    planInstanceSettings: (name, given, madeFrom) =>
      planInstanceSettings(appliance, name, given, originOf(madeFrom)),
    setInstanceSettings: (request) =>
      runSave(request.actor, () => plannedSaves.setInstanceSettings(request)),
    readDrill: (instanceName) => readDrill(appliance, instanceName),
    setUpDrill: (request) => runSave(request.actor, () => plannedSaves.setUpDrill(request)),
    runDrill: drill,
    listConfigurationFiles: () => appliance.listConfigurationFiles(),
    async readConfigurationFile(id) {
      if (id === 'stored-master') await readStoredConfiguration(parts, 'master');
      if (id === 'stored-backup') await readStoredConfiguration(parts, 'backup');
      return appliance.readConfigurationFile(id);
    },
    findKeptText: (id, tag) => findKeptText(parts.versions, id, tag),
    async checkConfiguration(fileId, text) {
      const candidate = await seeText(appliance, fileId, text);
      return (await checkSave(appliance, candidate)).findings;
    },
    previewConfiguration: async (fileId, text) =>
      previewText(appliance, await seeConfiguration(appliance, fileId), text),
    async saveConfiguration(request) {
      const { outcome } = await runSave(request.actor, async () => ({
        outcome: await confirmed.apply(request),
      }));
      return outcome;
    },
    listVersions: () => listVersions(parts),
    readVersion: (versionId) => parts.versions.read(versionId),
    findSecretDefinitions: () => findKeptSecretDefinitions(parts),
    planRestore: (versionId) => planRestore(parts, versionId),
    restoreVersion: (request) => runSave(request.actor, () => plannedSaves.restoreVersion(request)),
    findWaitingChange: () => confirmed.find(),
    confirmChange: (tag) => exclusive(() => confirmed.confirm(tag)),
    undoChange: (tag, actor) =>
      recorded(
        { what: 'save', actor },
        () => change(() => confirmed.undo(tag, actor)),
        (outcome) => outcome !== undefined && hasLoaded(outcome),
      ),
    allowVrrp: (instanceName, direction, actor) =>
      changeFirewall(actor, () => allowVrrp(appliance, instanceName, direction)),
    withdrawVrrp: (instanceName, direction, actor) =>
      changeFirewall(actor, () => withdrawVrrp(appliance, instanceName, direction)),
    removeOwnFirewallRule: (removal, actor) =>
      changeFirewall(actor, () => removeOwnFirewallRule(appliance, removal)),
    listOwnFirewallRules: () => listOwnFirewallRules(appliance),
    readInstalledVersion: () => appliance.readInstalledVersion(),
    readLog: (query) => appliance.readLog(query),
    exportLog: (filter) => appliance.exportLog(filter),
    readNewerLog: (after, filter) => appliance.readNewerLog(after, filter),
    followLog: (onLines) => appliance.followLog(onLines),
    readNotices: () => notices.list(),
    dismissNotice: (id) => notices.dismiss(id),
  };
}

/** What of Bootup and Shutdown may move an address. */
const stateActions: Record<BootAction, 'start' | 'stop' | 'restart' | undefined> = {
  ...{ start: 'start', stop: 'stop', restart: 'restart', enable: undefined, disable: undefined },
  ...{ 'start-and-enable': 'start', 'stop-and-disable': 'stop' },
};

const wasTold = ({ report }: ActionOutcome): boolean => report !== undefined;
