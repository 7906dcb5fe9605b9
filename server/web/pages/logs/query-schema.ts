import { z } from 'zod';

/** How many lines the page offers to show. */
export const lineCounts = [50, 100, 500, 1000];

const filterSchema = z.string().trim().max(200).default('').catch('');

export const logQuerySchema = z.object({
  lines: z.coerce
    .number()
    .refine((count) => lineCounts.includes(count))
    .default(100)
    .catch(100),
  filter: filterSchema,
});

export const logDownloadQuerySchema = z.object({ filter: filterSchema });

export type LogPageQuery = z.infer<typeof logQuerySchema>;
