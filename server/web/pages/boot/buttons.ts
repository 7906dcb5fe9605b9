import type { BootAction } from '../../../operations/service/boot-actions.ts';

/** The buttons of Bootup and Shutdown, in their order. */
export const bootButtons = [
  { action: 'start', label: 'Start' },
  { action: 'stop', label: 'Stop' },
  { action: 'restart', label: 'Restart' },
  { action: 'enable', label: 'Start On Boot' },
  { action: 'disable', label: 'Disable On Boot' },
  { action: 'start-and-enable', label: 'Start Now and On Boot' },
  { action: 'stop-and-disable', label: 'Disable Now and On Boot' },
] as const satisfies { action: BootAction; label: string }[];
