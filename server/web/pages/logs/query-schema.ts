import { z } from 'zod';
import type { LogFilter } from '../../../appliance/appliance.ts';
import { messageKinds } from './message-kinds.ts';

/** How many lines the page offers to show. */
export const lineCounts = [50, 100, 500, 1000];

const kinds = messageKinds.map(({ kind }) => kind);

/** What `<input type="datetime-local">` sends, in this server's zone. */
const localTimeSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/)
  .refine((text) => !Number.isNaN(new Date(text).getTime()))
  .or(z.literal(''))
  .default('')
  .catch('');

const filterFields = {
  filter: z.string().trim().max(200).default('').catch(''),
  kind: z.enum(kinds).or(z.literal('')).default('').catch(''),
  from: localTimeSchema,
  to: localTimeSchema,
};
/** Made by the appliance; it knows what it means. */
const cursorSchema = z.string().min(1).max(500);

export const logFilterSchema = z.object(filterFields);
export const logQuerySchema = z.object({
  ...filterFields,
  lines: z.coerce
    .number()
    .refine((count) => lineCounts.includes(count))
    .default(100)
    .catch(100),
  before: cursorSchema.optional(),
});
export const logEventsQuerySchema = z.object({ ...filterFields, after: cursorSchema });

export type LogFilterQuery = z.infer<typeof logFilterSchema>;
export type LogPageQuery = z.infer<typeof logQuerySchema>;

/** The filter as the appliance takes it. */
export function readFilter({ filter, kind, from, to }: LogFilterQuery): LogFilter {
  return {
    ...(filter !== '' && { filter }),
    ...(kind !== '' && { kind }),
    ...(from !== '' && { fromMs: new Date(from).getTime() }),
    ...(to !== '' && { toMs: new Date(to).getTime() + lastOf(to) }),
  };
}

/** What is written to the minute means the whole minute. */
function lastOf(time: string): number {
  return /T\d\d:\d\d$/.test(time) ? 59_999 : /\.\d+$/.test(time) ? 0 : 999;
}

/** The filter as parameters of an address; what filters nothing is left out. */
export function writeFilter({ filter, kind, from, to }: LogFilterQuery): URLSearchParams {
  const fields = Object.entries({ filter, kind, from, to });
  return new URLSearchParams(fields.filter(([, value]) => value !== ''));
}
