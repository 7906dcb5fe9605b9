import { z } from 'zod';
import { shownWordsSchema } from '../../view/shown-words.ts';
import { bootButtons } from './buttons.ts';

/** A browser sends one checked box as a string, several as an array, none as nothing. */
const checkedSchema = z
  .union([z.string().transform((name) => [name]), z.array(z.string())])
  .default([]);

/** @param services the services that the page may touch */
export function createBootFormSchema(services: string[]) {
  return z.strictObject({
    service: checkedSchema.pipe(z.array(z.enum(services)).max(services.length)),
    action: z.enum(bootButtons.map(({ action }) => action)),
    /** What a restart or a stop would do, as it was shown. */
    accepted: shownWordsSchema,
  });
}
