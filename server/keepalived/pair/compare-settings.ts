/** The settings of one virtual router on its servers, side by side. */
import { isSameSetting } from '../settings/instance-settings.ts';
import { settingFields, settingIds } from '../settings/setting-fields.ts';
import type { SettingsField } from '../settings/setting-fields.ts';
import { listInWords } from '../words.ts';
import { compareSecrets } from './disagreements.ts';
import type { Member } from './known-server.ts';
import type { VirtualRouter } from './match-routers.ts';

export interface ComparedSetting {
  field: SettingsField;
  label: string;
  must: 'same' | 'different';
  /** One for each server that has the router; undefined: it does not tell it. */
  values: { serverName: string; value: string | undefined }[];
  /** What is not as it must be, with the values; never a secret. */
  problem: string | undefined;
}

/**
 * Each setting that has a rule for the other server, as the files say it. What is unique for a cluster
 * is the same on all its servers.
 */
export function compareSettings({ members }: VirtualRouter): ComparedSetting[] {
  if (members.length < 2) return [];
  return settingIds.flatMap((field): ComparedSetting[] => {
    const { peer, label } = settingFields[field];
    if (!peer) return [];
    const must = peer.must === 'different' ? 'different' : 'same';
    const values = members.map(({ server, instance }) => ({
      serverName: server.name,
      value: instance.settings.find((setting) => setting.field === field)?.value,
    }));
    const shown = peer.label ?? label;
    const problem =
      field === 'password' ? findSecretProblem(members) : findProblem(field, shown, must, values);
    return [{ field, label: shown, must, values, problem }];
  });
}

function findProblem(
  field: SettingsField,
  label: string,
  must: ComparedSetting['must'],
  values: ComparedSetting['values'],
): string | undefined {
  const told = values.filter(({ value }) => value !== undefined);
  const isSame = (one: string | undefined, other: string | undefined) =>
    isSameSetting(field, order(field, one), order(field, other));
  const clash = told.find(({ value }, at) =>
    told.slice(0, at).some((before) => isSame(before.value, value) !== (must === 'same')),
  );
  if (!clash) return undefined;
  const words = listInWords(
    told.map(({ serverName, value }) => `${serverName} has ${nameValue(value)}`),
  );
  return must === 'same'
    ? `${label} must be the same on both servers: ${words}.`
    : `${label} must not be the same: ${words}.`;
}

const nameValue = (value: string | undefined): string =>
  value === undefined || value === '' ? 'none' : value;

/** The order of addresses does not matter (measured, 2.2.7). */
function order(field: SettingsField, value: string | undefined): string | undefined {
  return field === 'virtualAddresses' ? value?.split(', ').toSorted().join('\n') : value;
}

function findSecretProblem(members: readonly Member[]): string | undefined {
  const [own, ...others] = members;
  if (!own) return undefined;
  const different = others.flatMap((other) =>
    compareSecrets(own, other).map(
      (what) => `The ${what} of ${own.server.name} and ${other.server.name} differ`,
    ),
  );
  return different.length === 0 ? undefined : `${different.join('; ')}.`;
}
