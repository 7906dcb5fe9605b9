import type { Appliance, CommandReport, ServiceAction } from '../../appliance/appliance.ts';
import type { Consent } from '../checks/foresee-apply.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import { commandFailure } from '../live/prove-live.ts';
import type { ActionOutcome } from '../outcomes.ts';
import { controlKeepalived, restartKeepalived } from './service-control.ts';

export type BootAction =
  'start' | 'stop' | 'restart' | 'enable' | 'disable' | 'start-and-enable' | 'stop-and-disable';

/** What somebody has read and accepted. */
export type BootConsent = Pick<Consent, 'acceptedDangers'>;

/** Which steps each button takes, in order; a failed step ends them. */
const steps: Record<BootAction, ('start' | 'stop' | 'restart' | 'enable' | 'disable')[]> = {
  start: ['start'],
  stop: ['stop'],
  restart: ['restart'],
  enable: ['enable'],
  disable: ['disable'],
  'start-and-enable': ['start', 'enable'],
  'stop-and-disable': ['stop', 'disable'],
};

/**
 * One button of Bootup and Shutdown for each service, in order; one outcome a step.
 * @param consent to what a restart or a stop of keepalived would do
 */
export async function controlServices(
  parts: ApplyDependencies,
  services: string[],
  action: BootAction,
  consent: BootConsent = {},
): Promise<ActionOutcome[]> {
  const outcomes: ActionOutcome[] = [];
  for (const service of services) {
    for (const step of steps[action]) {
      const outcome = await takeStep(parts, service, step, consent);
      outcomes.push(outcome);
      if (!outcome.ok) break;
    }
  }
  return outcomes;
}

function takeStep(
  parts: ApplyDependencies,
  service: string,
  step: (typeof steps)[BootAction][number],
  consent: BootConsent,
): Promise<ActionOutcome> {
  if (step === 'enable' || step === 'disable') {
    return setStartOnBoot(parts.appliance, service, step === 'enable');
  }
  // keepalived's own start and restart are guarded by the check of its file, its stop by a question.
  if (service !== 'keepalived') return controlOther(parts.appliance, service, step);
  return step === 'restart'
    ? restartKeepalived(parts, consent)
    : controlKeepalived(parts, step, consent);
}

async function setStartOnBoot(
  appliance: Appliance,
  service: string,
  enabled: boolean,
): Promise<ActionOutcome> {
  const report = await appliance.setStartOnBoot(service, enabled);
  return outcomeOf(
    report,
    enabled ? `${service} will start at boot.` : `${service} will not start at boot.`,
    `The boot setting of ${service} was not changed`,
  );
}

async function controlOther(
  appliance: Appliance,
  service: string,
  action: ServiceAction,
): Promise<ActionOutcome> {
  const report = await appliance.controlService(service, action);
  const past = { start: 'started', stop: 'stopped', restart: 'restarted', reload: 'reloaded' }[
    action
  ];
  return outcomeOf(report, `${service} was ${past}.`, `${service} was not ${past}`);
}

function outcomeOf(report: CommandReport, success: string, failure: string): ActionOutcome {
  const ok = report.result === 'ok';
  return {
    ok,
    sentence: ok ? success : `${failure}: ${commandFailure(report)}`,
    report,
    needsConfirmation: false,
  };
}
