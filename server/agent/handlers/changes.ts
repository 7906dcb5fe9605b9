import type { Operations } from '../../operations/operations.ts';
import { UserError } from '../../shared/errors.ts';
import { getActor } from '../caller.ts';
import type { CallHandlers } from './handler.ts';

type ChangeCalls =
  | 'controlKeepalived'
  | 'controlServices'
  | 'saveConfiguration'
  | 'setDefaultRole'
  | 'setInstanceSettings'
  | 'confirmChange'
  | 'undoChange'
  | 'restoreVersion'
  | 'setUpDrill'
  | 'runDrill'
  | 'allowVrrp'
  | 'withdrawVrrp'
  | 'removeOwnFirewallRule'
  | 'dismissNotice';

/** What changes something: who did it is who called, whatever the web says. */
export function createChanges(
  operations: Operations,
  /** Those that may be controlled: WAI_SERVICES. */
  services: readonly string[],
  /** Told after the firewall was changed: what was examined before is of another one. */
  onFirewallChange: () => void,
) {
  const changeFirewall = async <Outcome>(change: Promise<Outcome>): Promise<Outcome> => {
    const outcome = await change;
    onFirewallChange();
    return outcome;
  };
  return {
    controlKeepalived: ({ action, ...consent }, caller) =>
      operations.controlKeepalived(action, getActor(caller), consent),
    controlServices({ services: chosen, action, ...consent }, caller) {
      const unknown = chosen.find((name) => !services.includes(name));
      if (unknown !== undefined) {
        throw new UserError('unknown-service', 'This is none of the services of WAI_SERVICES.');
      }
      return operations.controlServices(chosen, action, getActor(caller), consent);
    },
    saveConfiguration: ({ comment = '', ...save }, caller) =>
      operations.saveConfiguration({
        ...save,
        ...{ comment, action: 'edit', actor: getActor(caller) },
      }),
    setDefaultRole: ({ values, ...save }, caller) =>
      operations.setDefaultRole({
        ...save,
        values,
        actor: getActor(caller),
      }),
    setInstanceSettings: (save, caller) =>
      operations.setInstanceSettings({ ...save, actor: getActor(caller) }),
    confirmChange: ({ tag }) => operations.confirmChange(tag),
    undoChange: ({ tag }, caller) => operations.undoChange(tag, getActor(caller)),
    restoreVersion: (save, caller) =>
      operations.restoreVersion({ ...save, actor: getActor(caller) }),
    setUpDrill: (save, caller) => operations.setUpDrill({ ...save, actor: getActor(caller) }),
    runDrill: (request, caller) => operations.runDrill({ ...request, actor: getActor(caller) }),
    allowVrrp: ({ instanceName, direction }, caller) =>
      changeFirewall(operations.allowVrrp(instanceName, direction, getActor(caller))),
    withdrawVrrp: ({ instanceName, direction }, caller) =>
      changeFirewall(operations.withdrawVrrp(instanceName, direction, getActor(caller))),
    removeOwnFirewallRule: ({ removal }, caller) =>
      changeFirewall(operations.removeOwnFirewallRule(removal, getActor(caller))),
    dismissNotice: ({ id }) => operations.dismissNotice(id),
  } satisfies CallHandlers<ChangeCalls>;
}
