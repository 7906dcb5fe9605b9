/**
 * What the web may ask of the agent, one row for each call: who may, and with what. The web's calls,
 * the agent's answers and the table in docs/decisions/052 follow from it; `unit/agent` compares them.
 */
import { z } from 'zod';
import { drillActions } from '../keepalived/maintenance/drill-plan.ts';
import { messageKinds } from '../keepalived/runtime/messages/message-kind.ts';
import { mapSettings, settingFields } from '../keepalived/settings/setting-fields.ts';
import type { InstanceSettings, SettingsField } from '../keepalived/settings/setting-fields.ts';
import { pairGrants } from '../pair/link-protocol.ts';

/** Who may call. `public`: also who has not signed in. What a viewer may, an administrator may too. */
export type CallAccess = 'public' | 'viewer' | 'admin';

export interface CallRule {
  access: CallAccess;
  /** It may change something: told in the log, before and after. */
  isChange?: true;
  /**
   * Commands that it makes keepalived run are confirmed only with the password, given for this very
   * save (`proof`); else the agent takes `confirmedCommands` for not given.
   */
  takesProof?: true;
  /** Also with a session that was opened with the first password. */
  isBeforeOwnPassword?: true;
  request: z.ZodType;
}

const nothing = z.strictObject({});
const fileId = z.string().min(1).max(200);
const tag = z.string().regex(/^[0-9a-f]{64}$/);
const instanceName = z.string().min(1).max(255);
const versionId = z.string().min(1).max(100);
/** The operations judge it, in a sentence. */
const text = z.string().max(6 * 1024 * 1024);
const typed = z.string().max(1024 * 1024);
const shownWords = z.array(z.string().max(100_000)).max(10_000).readonly();
const cursor = z.string().max(4096);

const password = z.string().max(1024);

/**
 * What confirms the commands of a save: the password of who saves, or what the agent gave in its place
 * when the same save had to be asked once more (`confirmations.ts`).
 */
const proofSchema = z.union([
  z.strictObject({ password }),
  z.strictObject({ id: z.string().max(100) }),
]);
export type Proof = z.output<typeof proofSchema>;

const accepted = { acceptedDangers: shownWords.exactOptional() };
/** What every change of a configuration says beside what is its own. */
const save = {
  ...accepted,
  confirmedCommands: shownWords.exactOptional(),
  /** Confirms them. */
  proof: proofSchema.exactOptional(),
  confirmWithinSeconds: z.number().positive().max(3600).optional(),
  expectedTag: tag.nullable(),
  comment: typed.exactOptional(),
};
const madeFrom = tag.nullable().optional();
const firewall = z.strictObject({ instanceName, direction: z.enum(['in', 'out']) });
const role = z.enum(['master', 'backup']);
const maybeTyped = typed.exactOptional();
const roleValues = z.strictObject({
  virtualAddress: maybeTyped,
  interfaceName: maybeTyped,
  healthcheckUrl: maybeTyped,
});
type SettingsShape = {
  [Field in SettingsField]: z.ZodExactOptional<
    InstanceSettings[Field] extends boolean ? z.ZodBoolean : z.ZodString
  >;
};
const settings = z.strictObject(
  mapSettings<SettingsShape>((field) =>
    settingFields[field].control.kind === 'checkbox' ? z.boolean().exactOptional() : maybeTyped,
  ),
);
const logFilter = {
  filter: z.string().max(1000).optional(),
  kind: z.enum(messageKinds).optional(),
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
};
const period = { limit: z.int().min(1).max(10_000), sinceMs: z.number().optional() };
const bootAction = z.enum([
  ...(['start', 'stop', 'restart', 'enable', 'disable'] as const),
  ...(['start-and-enable', 'stop-and-disable'] as const),
]);
const pairGrant = z.enum(pairGrants);
const serverId = z.string().max(100);

export const callRules = {
  // Signing in.
  signIn: {
    access: 'public',
    request: z.strictObject({
      userName: z.string().max(256),
      password,
      /** What the browser keeps of its earlier sign-ins. */
      device: z.string().max(4096).optional(),
    }),
  },
  signInProgram: { access: 'public', request: z.strictObject({ header: z.string().max(8192) }) },
  /** Who the caller is. */
  findSignedIn: { access: 'public', request: z.strictObject({ isUse: z.boolean() }) },
  signOut: { access: 'viewer', isBeforeOwnPassword: true, request: nothing },
  /** One's own; ends all other sessions of the account. */
  changePassword: {
    ...{ access: 'viewer', isChange: true, isBeforeOwnPassword: true },
    request: z.strictObject({ password, newPassword: z.string().max(10_000) }),
  },

  /** The web answers the network, or waits until the address is there on which it will. */
  noteListening: {
    access: 'public',
    request: z.strictObject({ isWaiting: z.literal(true).exactOptional() }),
  },

  /** What another server has sent over a connection that the web passes on. */
  passToLink: {
    access: 'public',
    request: z.strictObject({ pipe: z.uuid(), bytes: z.base64().max(256 * 1024) }),
  },

  // The status and its history.
  look: { access: 'public', request: nothing },
  readTransitions: { access: 'viewer', request: z.strictObject(period) },
  readSplitBrains: { access: 'viewer', request: z.strictObject(period) },
  readFailoverRecords: { access: 'viewer', request: nothing },
  dismissNotice: { access: 'admin', isChange: true, request: z.strictObject({ id: z.uuid() }) },

  // keepalived and other services.
  controlKeepalived: {
    ...{ access: 'admin', isChange: true },
    request: z.strictObject({
      action: z.enum(['start', 'stop', 'reload']),
      startAnyway: z.boolean().exactOptional(),
      ...accepted,
    }),
  },
  controlServices: {
    ...{ access: 'admin', isChange: true },
    request: z.strictObject({
      services: z.array(z.string().max(255)).max(100),
      action: bootAction,
      ...accepted,
    }),
  },

  // Configurations.
  listConfigurationFiles: { access: 'admin', request: nothing },
  readConfigurationFile: { access: 'admin', request: z.strictObject({ fileId }) },
  readInstalledVersion: { access: 'admin', request: nothing },
  findKeptText: { access: 'admin', request: z.strictObject({ fileId, tag }) },
  checkConfiguration: { access: 'admin', request: z.strictObject({ fileId, text }) },
  previewConfiguration: { access: 'admin', request: z.strictObject({ fileId, text }) },
  saveConfiguration: {
    ...{ access: 'admin', isChange: true, takesProof: true },
    request: z.strictObject({ fileId, text, ...save }),
  },
  planDefaultRole: {
    access: 'admin',
    request: z.strictObject({ role, given: roleValues, madeFrom }),
  },
  setDefaultRole: {
    ...{ access: 'admin', isChange: true, takesProof: true },
    request: z.strictObject({ role, values: roleValues, ...save }),
  },
  planInstanceSettings: {
    access: 'admin',
    request: z.strictObject({
      instanceName: instanceName.optional(),
      given: settings,
      madeFrom,
    }),
  },
  setInstanceSettings: {
    ...{ access: 'admin', isChange: true, takesProof: true },
    request: z.strictObject({ instanceName: z.string().max(255), given: settings, ...save }),
  },
  findWaitingChange: { access: 'admin', request: nothing },
  confirmChange: { access: 'admin', isChange: true, request: z.strictObject({ tag }) },
  undoChange: { access: 'admin', isChange: true, request: z.strictObject({ tag }) },

  // Kept versions.
  listVersions: { access: 'viewer', request: nothing },
  readVersion: { access: 'viewer', request: z.strictObject({ versionId }) },
  compareVersions: {
    access: 'viewer',
    request: z.strictObject({ from: versionId, to: versionId.or(z.literal('now')) }),
  },
  planRestore: { access: 'admin', request: z.strictObject({ versionId }) },
  restoreVersion: {
    ...{ access: 'admin', isChange: true, takesProof: true },
    request: z.strictObject({ versionId, ...save }),
  },

  // Drills.
  readDrill: {
    access: 'admin',
    request: z.strictObject({ instanceName: instanceName.optional() }),
  },
  setUpDrill: {
    ...{ access: 'admin', isChange: true, takesProof: true },
    request: z.strictObject({ instanceName: z.string().max(255), ...save }),
  },
  runDrill: {
    ...{ access: 'admin', isChange: true },
    request: z.strictObject({
      instanceName,
      action: z.enum(drillActions),
      way: z.enum(['priority', 'fault']),
      acceptedDangers: shownWords,
    }),
  },

  // Another server.
  showPairingCode: {
    access: 'admin',
    isChange: true,
    request: z.strictObject({ grant: pairGrant }),
  },
  findPairingCode: { access: 'admin', request: nothing },
  withdrawPairingCode: { access: 'admin', isChange: true, request: nothing },
  pairWith: {
    ...{ access: 'admin', isChange: true },
    request: z.strictObject({
      url: z.string().max(2048),
      code: z.string().max(100),
      grant: pairGrant,
    }),
  },
  unpair: { access: 'admin', isChange: true, request: z.strictObject({ id: serverId }) },
  setPairGrant: {
    ...{ access: 'admin', isChange: true },
    request: z.strictObject({ id: serverId, grant: pairGrant }),
  },

  // What is wrong.
  readDebugReport: {
    access: 'viewer',
    request: z.strictObject({
      withOwnRules: z.boolean(),
      /** For whom it is, if that is less than the caller may see. */
      forRole: z.enum(['admin', 'viewer']),
    }),
  },
  examine: {
    access: 'admin',
    request: z.strictObject({ kind: z.enum(['check', 'listen']) }),
  },
  findCapture: { access: 'admin', request: z.strictObject({ interfaceName: z.string().max(64) }) },
  allowVrrp: { access: 'admin', isChange: true, request: firewall },
  withdrawVrrp: { access: 'admin', isChange: true, request: firewall },
  removeOwnFirewallRule: {
    ...{ access: 'admin', isChange: true },
    request: z.strictObject({ removal: z.string().min(1).max(2048) }),
  },

  // The log.
  readLog: {
    access: 'viewer',
    request: z.strictObject({
      ...logFilter,
      limit: z.int().min(1).max(5000),
      before: cursor.optional(),
    }),
  },
  readNewerLog: { access: 'viewer', request: z.strictObject({ after: cursor, ...logFilter }) },
  /** Begins to read all of it, oldest first. */
  beginLogExport: { access: 'viewer', request: z.strictObject(logFilter) },
  continueLogExport: { access: 'viewer', request: z.strictObject({ exportId: z.uuid() }) },
} as const satisfies Record<string, CallRule>;

export type AgentCallName = keyof typeof callRules;
/** What a call takes, as the web writes it. */
export type CallRequest<Name extends AgentCallName> = z.input<(typeof callRules)[Name]['request']>;
/** The same once it was checked. */
export type CheckedRequest<Name extends AgentCallName> = z.output<
  (typeof callRules)[Name]['request']
>;

export const callNames = Object.keys(callRules) as AgentCallName[];
