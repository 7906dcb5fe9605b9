/** One setting of an instance that the form edits: all that is known of it, in one row. */
import type { EditResult } from '../config/edit/edits.ts';
import type { ConfiguredInstance, ConfiguredScript } from '../config/summary.ts';
import type { ConfigurationTree } from '../language/tree.ts';
import type { NetworkInterface } from '../proof/evidence.ts';

/** The section of the form. Those of the healthcheck need a tracked script that asks a URL. */
export type SettingsGroup = 'cluster' | 'healthcheck' | 'takeover';

export type SettingControl =
  | { kind: 'text' }
  | { kind: 'number' }
  /** One entry a line. */
  | { kind: 'lines' }
  /** Never read from a file; empty: as it is. */
  | { kind: 'password' }
  | { kind: 'checkbox' }
  | { kind: 'select'; choices: 'interfaces' | 'authentication-types' };

/** What a field is read from. */
export interface SettingSource {
  instance: ConfiguredInstance;
  /** The first script that it tracks and that asks a URL. */
  script: ConfiguredScript | undefined;
}

/** What the values must fit. */
export interface SettingSurroundings<Values> {
  /** The instance as it is in the file. */
  instance: ConfiguredInstance;
  current: Values;
  /** The other instances of the file. */
  others: readonly ConfiguredInstance[];
  interfaces: readonly NetworkInterface[];
}

/** Where the settings stand in a file. */
export interface SettingsPlace {
  instanceName: string;
  /** Undefined: no tracked script asks a URL. */
  scriptName: string | undefined;
  /** Undefined: not known. */
  initialState: 'MASTER' | 'BACKUP' | undefined;
}

export interface SettingEdit<Values> {
  tree: ConfigurationTree;
  place: SettingsPlace;
  wanted: Values;
}

/** What the peer's value must be. */
export interface PeerRule<Values> {
  /** unique: another one in each cluster, and the same on both of its servers. */
  must: 'unique' | 'same' | 'different';
  /** Where the form's label does not fit. */
  label?: string;
  /** The value in words, where the value itself does not do; undefined: nothing is told. */
  tell?: (values: Values) => string | undefined;
}

/** @template Values as many of the settings as its functions need */
export interface SettingField<Values> {
  label: string;
  /** What it is for, in one line. */
  help: string;
  /** Within a sentence, as the history tells that it changed. */
  name: string;
  group: SettingsGroup;
  control: SettingControl;
  /** The words of the file that it stands for: what a finding says of them is said at the field. */
  keywords: readonly string[];
  /** In characters; what is longer is not looked at. */
  longest?: number;
  /** What the file says, with keepalived's defaults; empty: not known. */
  read: (source: SettingSource) => string | boolean;
  /** Why a value is refused, in sentences for the form. */
  judge?: (values: Values, surroundings: SettingSurroundings<Values>) => string[];
  /** What is allowed, but probably not meant. */
  doubt?: (values: Values, surroundings: SettingSurroundings<Values>) => string[];
  write: (edit: SettingEdit<Values>) => EditResult;
  /** The field whose edit writes this one too, if it is changed. */
  writtenWith?: keyof Values;
  /** Two values that the file could have: whether it can be edited is tried with the other one. */
  examples: readonly [string, string] | readonly [boolean, boolean];
  peer?: PeerRule<Values>;
}

/** The entries of a list that is typed one a line. */
export function splitEntries(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
