import { z } from 'zod';
import { consentFields } from '../../view/change/consent.ts';
import { fileIdSchema } from '../../view/change/file-id-schema.ts';
import { tagSchema } from '../../view/change/tag-schema.ts';

export const editQuerySchema = z.object({
  file: fileIdSchema.default('live').catch('live'),
  /** After a save: show what the check has to say of the file as it is now. */
  checked: z.literal('yes').optional().catch(undefined),
});

/** How long and how sound the text is, is judged by the operation, which says it in a sentence. */
export const editFormSchema = z.strictObject({
  file: fileIdSchema,
  tag: tagSchema,
  text: z.string(),
  intent: z.enum(['preview', 'save']).default('save'),
  comment: z.string().trim().max(200).default(''),
  ...consentFields,
});
