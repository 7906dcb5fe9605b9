import { z } from 'zod';
import { changeFields } from '../../change-form/change-fields.ts';
import { fileIdSchema } from '../../view/change/file-id-schema.ts';

export const editQuerySchema = z.object({
  file: fileIdSchema.default('live').catch('live'),
  /** After a save: show what the check has to say of the file as it is now. */
  checked: z.literal('yes').optional().catch(undefined),
});

/** How long and how sound the text is, is judged by the operation, which says it in a sentence. */
export const editFormSchema = z.strictObject({
  file: fileIdSchema,
  text: z.string(),
  ...changeFields,
});
