import type { AgentCallName, CheckedRequest } from '../call-rules.ts';
import type { Caller } from '../caller.ts';

/** What answers a call whose request and caller were checked. */
export type Handler<Name extends AgentCallName> = (
  request: CheckedRequest<Name>,
  caller: Caller,
) => unknown;

/** Answers to some of the calls. */
export type CallHandlers<Name extends AgentCallName> = { [One in Name]: Handler<One> };
