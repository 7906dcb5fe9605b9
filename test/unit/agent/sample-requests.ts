import type { AgentCallName, CallRequest } from '../../../server/agent/call-rules.ts';

const tag = 'a'.repeat(64);
const id = '00000000-0000-4000-8000-000000000000';
const save = { expectedTag: tag, acceptedDangers: ['it stops'], comment: 'why' };
const firewall = { instanceName: 'VI_1', direction: 'in' } as const;

/** One request for each call, as the web could make it. */
export const sampleRequests: { [Name in AgentCallName]: CallRequest<Name> } = {
  signIn: { userName: 'nobody', password: 'wrong' },
  signInProgram: { header: 'Basic bm9ib2R5Ondyb25n' },
  findSignedIn: { isUse: true },
  signOut: {},
  noteListening: {},
  look: {},
  readTransitions: { limit: 10 },
  readSplitBrains: { limit: 10, sinceMs: 0 },
  readFailoverRecords: {},
  dismissNotice: { id },
  controlKeepalived: { action: 'stop', acceptedDangers: ['it stops'] },
  controlServices: { services: ['keepalived'], action: 'restart' },
  listConfigurationFiles: {},
  readConfigurationFile: { fileId: 'live' },
  readInstalledVersion: {},
  findKeptText: { fileId: 'live', tag },
  checkConfiguration: { fileId: 'live', text: '' },
  previewConfiguration: { fileId: 'live', text: '' },
  saveConfiguration: { fileId: 'live', text: 'global_defs { }', ...save },
  planDefaultRole: { role: 'master', given: {} },
  setDefaultRole: { role: 'backup', values: { virtualAddress: '192.0.2.1/24' }, ...save },
  planInstanceSettings: { given: { priority: '100' }, madeFrom: null },
  setInstanceSettings: { instanceName: 'VI_1', given: { nopreempt: true }, ...save },
  findWaitingChange: {},
  confirmChange: { tag },
  undoChange: { tag },
  listVersions: {},
  readVersion: { versionId: id },
  compareVersions: { from: id, to: 'now' },
  planRestore: { versionId: id },
  restoreVersion: { versionId: id, ...save },
  readDrill: {},
  setUpDrill: { instanceName: 'VI_1', ...save },
  runDrill: { instanceName: 'VI_1', action: 'standby', way: 'priority', acceptedDangers: [] },
  readDebugReport: { withOwnRules: false, forRole: 'viewer' },
  examine: { kind: 'check' },
  findCapture: { interfaceName: 'eth0' },
  allowVrrp: firewall,
  withdrawVrrp: firewall,
  removeOwnFirewallRule: { removal: 'a rule' },
  readLog: { limit: 100, filter: 'VI_1', kind: 'transition' },
  readNewerLog: { after: 'a place' },
  beginLogExport: {},
  continueLogExport: { exportId: id },
};
