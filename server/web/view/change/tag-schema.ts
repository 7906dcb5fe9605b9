import { z } from 'zod';

/** The hidden field with the SHA-256 of what a form was made from; empty: the file did not exist. */
export const tagSchema = z
  .string()
  .regex(/^([0-9a-f]{64})?$/)
  .transform((tag) => (tag === '' ? null : tag));
