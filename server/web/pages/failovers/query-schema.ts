import { z } from 'zod';

const hourMs = 3_600_000;

export const periods = {
  '24h': { label: '24 hours', durationMs: 24 * hourMs },
  '7d': { label: '7 days', durationMs: 7 * 24 * hourMs },
  '30d': { label: '30 days', durationMs: 30 * 24 * hourMs },
} as const;

export type Period = keyof typeof periods;

export const failoversQuerySchema = z.strictObject({
  period: z.enum(['24h', '7d', '30d']).default('24h'),
});
