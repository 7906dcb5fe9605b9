import { noLogEvidence } from '../runtime/log/log-evidence.ts';
import type { Evidence } from './status-model.ts';

/** Before anybody was asked. */
export const noEvidence: Evidence = {
  daemon: undefined,
  runtime: undefined,
  network: undefined,
  configuration: undefined,
  startOnBoot: undefined,
  healthchecks: new Map(),
  tracking: undefined,
  log: noLogEvidence,
  findings: [],
  lastAccountAtMs: undefined,
  statesSinceMs: undefined,
};
