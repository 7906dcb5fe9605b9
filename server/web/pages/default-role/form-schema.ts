import { z } from 'zod';
import { consentFields } from '../../view/consent.ts';
import { tagSchema } from '../../view/tag-schema.ts';

/** The form of both pages; what the values mean is judged by the operation. */
export const defaultRoleFormSchema = z.strictObject({
  virtualAddress: z.string().trim().max(200),
  interfaceName: z.string().trim().max(64),
  healthcheckUrl: z.string().trim().max(2048),
  tag: tagSchema,
  intent: z.enum(['preview', 'write']).default('write'),
  ...consentFields,
});

/** Of the confirmation: the file that was written. */
export const doneQuerySchema = z.object({ tag: tagSchema.optional().catch(undefined) });
