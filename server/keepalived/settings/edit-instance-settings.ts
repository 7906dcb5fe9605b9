import {
  setAuthentication,
  setHealthcheckUrl,
  setInstanceFlag,
  setInstanceValue,
  setScriptValue,
  setUnicastPeers,
  setVirtualAddresses,
} from '../config/edit/edits.ts';
import type { AuthenticationSetting, EditResult } from '../config/edit/edits.ts';
import { parseConfiguration } from '../language/tree.ts';
import type { ConfigurationTree } from '../language/tree.ts';
import { isSameSetting, splitEntries } from './instance-settings.ts';
import type { InstanceSettings, SettingsField, SettingsMessage } from './instance-settings.ts';

/** Where the settings stand in a file. */
export interface SettingsPlace {
  instanceName: string;
  /** Undefined: no tracked script asks a URL. */
  scriptName: string | undefined;
  /** Undefined: not known. */
  initialState: 'MASTER' | 'BACKUP' | undefined;
}

interface FieldEdit {
  field: SettingsField;
  edit: (tree: ConfigurationTree) => EditResult;
}

/**
 * The file's text with the settings that differ from those it has; every other byte stays. Where
 * a place cannot be edited safely, says so for its field.
 */
export function editInstanceSettings(
  tree: ConfigurationTree,
  place: SettingsPlace,
  current: InstanceSettings,
  wanted: InstanceSettings,
): { text: string; refusals: SettingsMessage[] } {
  let { text } = tree;
  const refusals: SettingsMessage[] = [];
  for (const { field, edit } of listEdits(place, current, wanted)) {
    const result = edit(parseConfiguration(text, tree));
    if (result.ok) text = result.text;
    else refusals.push({ field, message: result.reason, needsEditor: true });
  }
  return { text, refusals };
}

/** The fields that could not be edited in this file, whatever was typed, and why. */
export function findUneditableFields(
  tree: ConfigurationTree,
  place: SettingsPlace,
  current: InstanceSettings,
): SettingsMessage[] {
  const differing = (value: string, ...candidates: [string, string]): string =>
    candidates[0] === value ? candidates[1] : candidates[0];
  const probe: InstanceSettings = {
    virtualAddresses: differing(current.virtualAddresses, '198.51.100.1/24', '198.51.100.2/24'),
    interfaceName: differing(current.interfaceName, 'eth0', 'eth1'),
    virtualRouterId: differing(current.virtualRouterId, '1', '2'),
    priority: differing(current.priority, '1', '2'),
    advertInterval: differing(current.advertInterval, '1', '2'),
    authentication: 'PASS',
    password: 'probe',
    healthcheckUrl: differing(current.healthcheckUrl, 'http://127.0.0.1/', 'http://127.0.0.2/'),
    healthcheckInterval: differing(current.healthcheckInterval, '1', '2'),
    fall: differing(current.fall, '1', '2'),
    rise: differing(current.rise, '1', '2'),
    nopreempt: !current.nopreempt,
    unicastPeers: differing(current.unicastPeers, '198.51.100.3', '198.51.100.4'),
  };
  return listEdits(place, current, probe).flatMap(({ field, edit }): SettingsMessage[] => {
    const result = edit(tree);
    return result.ok ? [] : [{ field, message: result.reason, needsEditor: true }];
  });
}

/** An edit for each setting that differs. */
function listEdits(
  { instanceName, scriptName, initialState }: SettingsPlace,
  current: InstanceSettings,
  wanted: InstanceSettings,
): FieldEdit[] {
  const edits: FieldEdit[] = [];
  const unless = (isAsItWas: boolean, field: SettingsField, edit: FieldEdit['edit']): void => {
    if (!isAsItWas) edits.push({ field, edit });
  };
  const isSame = (field: SettingsField): boolean =>
    isSameSetting(field, current[field], wanted[field]);
  const values = {
    interfaceName: 'interface',
    virtualRouterId: 'virtual_router_id',
    priority: 'priority',
    advertInterval: 'advert_int',
  } as const;
  for (const field of ['interfaceName', 'virtualRouterId', 'priority', 'advertInterval'] as const) {
    unless(isSame(field), field, (tree) =>
      setInstanceValue(tree, instanceName, values[field], wanted[field]),
    );
  }
  unless(isSame('nopreempt'), 'nopreempt', (tree) =>
    setNopreempt(tree, instanceName, wanted.nopreempt, initialState),
  );
  unless(isSame('unicastPeers'), 'unicastPeers', (tree) =>
    setUnicastPeers(tree, instanceName, splitEntries(wanted.unicastPeers)),
  );
  unless(
    current.authentication === wanted.authentication && wanted.password === '',
    wanted.password === '' ? 'authentication' : 'password',
    (tree) => setAuthentication(tree, instanceName, authenticationOf(wanted)),
  );
  unless(isSame('virtualAddresses'), 'virtualAddresses', (tree) =>
    setVirtualAddresses(tree, instanceName, splitEntries(wanted.virtualAddresses), {
      keepsOptions: false,
    }),
  );
  if (scriptName === undefined) return edits;
  unless(isSame('healthcheckUrl'), 'healthcheckUrl', (tree) =>
    setHealthcheckUrl(tree, scriptName, wanted.healthcheckUrl),
  );
  const numbers = { healthcheckInterval: 'interval', fall: 'fall', rise: 'rise' } as const;
  for (const field of ['healthcheckInterval', 'fall', 'rise'] as const) {
    unless(isSame(field), field, (tree) =>
      setScriptValue(tree, scriptName, numbers[field], Number(wanted[field])),
    );
  }
  return edits;
}

function authenticationOf({ authentication, password }: InstanceSettings): AuthenticationSetting {
  return authentication === 'PASS' || authentication === 'AH'
    ? { type: authentication, password }
    : { type: 'none' };
}

/** With `state MASTER` keepalived ignores nopreempt (manual page), so that the state goes along. */
function setNopreempt(
  tree: ConfigurationTree,
  instanceName: string,
  on: boolean,
  initialState: SettingsPlace['initialState'],
): EditResult {
  const flagged = setInstanceFlag(tree, instanceName, 'nopreempt', on);
  if (!flagged.ok || !on || initialState === 'BACKUP') return flagged;
  return setInstanceValue(parseConfiguration(flagged.text, tree), instanceName, 'state', 'BACKUP');
}
