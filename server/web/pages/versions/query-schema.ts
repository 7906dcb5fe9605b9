import { z } from 'zod';
import { changeFields } from '../../change-form/change-fields.ts';
import { fileIdSchema } from '../../view/change/file-id-schema.ts';

const versionIdSchema = z.uuid();

export const versionsQuerySchema = z.object({
  /** undefined: of all files. */
  file: fileIdSchema.optional().catch(undefined),
  /** 1-based; the newest are on the first. */
  page: z.coerce.number().int().min(1).max(10_000).default(1).catch(1),
});
export type VersionsQuery = z.output<typeof versionsQuerySchema>;

/** One version by its id. */
export const versionQuerySchema = z.object({ version: versionIdSchema });

export const compareQuerySchema = z.object({
  from: versionIdSchema,
  /** `now`: the file as it is. */
  to: z.union([z.literal('now'), versionIdSchema]).default('now'),
  layout: z.enum(['side', 'unified']).default('side').catch('side'),
});
export type CompareQuery = z.output<typeof compareQuerySchema>;

export const restoreFormSchema = z.strictObject({
  version: versionIdSchema,
  ...changeFields,
});
