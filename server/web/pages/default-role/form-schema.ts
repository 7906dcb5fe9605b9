import { z } from 'zod';
import { changeFields } from '../../change-form/change-fields.ts';
import { tagSchema } from '../../view/change/tag-schema.ts';

/** The form of both pages; what the values mean, and their length, is judged by the operation. */
export const defaultRoleFormSchema = z.strictObject({
  virtualAddress: z.string().trim(),
  interfaceName: z.string().trim(),
  healthcheckUrl: z.string().trim(),
  ...changeFields,
});

/** Of the confirmation: the file that was written. */
export const doneQuerySchema = z.object({ tag: tagSchema.optional().catch(undefined) });
