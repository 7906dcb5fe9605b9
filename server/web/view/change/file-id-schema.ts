import { z } from 'zod';

/** Names a configuration file in a form or a query: an id that the appliance made, never a path. */
export const fileIdSchema = z.string().min(1).max(200);
