import type { CommandReport } from '../appliance/appliance.ts';
import type { Finding } from '../keepalived/config/rules/finding.ts';
import type { ForeseenMovement } from '../keepalived/foresight/foresight-result.ts';
import type { MovementResult } from '../keepalived/foresight/movement-result.ts';
import type { ProofEvidence } from '../keepalived/proof/proof.ts';
import type { SeenState } from '../state/evidence-collector.ts';

/** Who asked for a change, for the audit line and the history. */
export interface Actor {
  userName: string;
  /** Where the request came from: an IP address, or `unix`. */
  remoteAddress: string;
}

/** What the program does of itself. */
export const programItself: Actor = { userName: 'keepalived-wai', remoteAddress: 'none' };

/** What an action on a service or its boot setting did. */
export interface ActionOutcome {
  ok: boolean;
  /** One sentence for the user: what was done, or what failed and what to do next. */
  sentence: string;
  report: CommandReport | undefined;
  /** Set where the same action would go through if it was confirmed: why it is asked. */
  needsConfirmation: boolean;
  /** What must be accepted, word for word, before it is done. */
  dangers?: string[];
}

/** How an attempt to make a configuration live ended. Every case leaves the file whole. */
export type ApplyOutcome =
  | {
      kind: 'live';
      /** The daemon runs with it and that was proved. */
      tag: string;
      findings: Finding[];
      report: CommandReport | undefined;
      /** What was foreseen to move since the save (`performance.now()`). */
      foreseen?: {
        movements: ForeseenMovement[];
        savedAtMs: number;
        /** What was before, and who saved, for what moves although it was not foreseen. */
        baseline?: { before: ProofEvidence; userName: string };
      };
      /** What became of it. */
      observations?: MovementResult[];
      /** What the proof saw last, so that nobody has to ask for it again. */
      seen?: SeenState;
    }
  | {
      kind: 'saved';
      /** On disk; nothing runs it (keepalived is stopped, or the file is a stored one). */
      tag: string;
      findings: Finding[];
      reason: 'daemon-stopped' | 'stored-file';
    }
  | { kind: 'refused'; findings: Finding[]; message: string }
  | {
      kind: 'conflict';
      currentTag: string | null;
      currentText: string | undefined;
      message: string;
    }
  | {
      /** Nothing was changed: it would go through if these were accepted. */
      kind: 'needs-acceptance';
      dangers: string[];
      /** Likewise what keepalived would run or write as root, with a password; empty: that was done. */
      addedCommands: string[];
      /** Stands for the password that was given with it, once, where only dangers are asked. */
      proof?: string;
      message: string;
    }
  | {
      /** Nothing was changed: another change has to be confirmed first. */
      kind: 'awaiting-confirmation';
      message: string;
    }
  | { kind: 'failed'; message: string }
  | {
      kind: 'restored';
      /** Why the proof failed; the old version is live again. */
      message: string;
      findings: Finding[];
    }
  | {
      kind: 'restore-failed';
      /** What is where, and what to do by hand. */
      message: string;
      findings: Finding[];
    };

/** Whether keepalived was told of a change: a refusal moves nothing. */
export const hasLoaded = ({ kind }: ApplyOutcome): boolean =>
  kind === 'live' || kind === 'restored';
