import { z } from 'zod';
import { checkDocumentSchema } from './check-document.ts';
import { checkRequestSchema } from './configuration-check.ts';
import { pairDocumentSchema } from './pair-document.ts';
import { statusDocumentSchema } from './status-document.ts';
import { transitionsDocumentSchema } from './transitions-document.ts';

const errorSchema = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string() }),
});

/**
 * The published description of `/api/v1`, OpenAPI 3.1: its schemas are JSON Schema 2020-12.
 * @param basePath WAI_BASE_PATH; empty: the page is at the root
 */
export function describeApi(basePath: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'keepalived-wai',
      version: '1',
      description:
        'The status of keepalived on this server, as its page shows it. Changes nothing. ' +
        'Log in with HTTP Basic as any account, or with the session of the page.',
    },
    ...(basePath !== '' && { servers: [{ url: basePath }] }),
    security: [{ basic: [] }],
    paths: {
      '/api/v1/status': {
        get: {
          summary: 'The current status',
          responses: answers({ 'application/json': { schema: reference('Status') } }),
        },
      },
      '/api/v1/pair': {
        get: {
          summary: 'Both servers of the pair: who serves, and whether somebody would take over',
          responses: answers({ 'application/json': { schema: reference('Pair') } }),
        },
      },
      '/api/v1/pair/events': {
        get: {
          summary: 'The pair as of now, then each change, as server-sent events',
          description:
            'Event `pair`: a document of `/api/v1/pair`, also when only this server changed. All ' +
            'else is as for `/api/v1/events`.',
          parameters: [
            { name: 'Last-Event-ID', in: 'header', schema: { type: 'integer', minimum: 0 } },
          ],
          responses: answers({ 'text/event-stream': { schema: { type: 'string' } } }),
        },
      },
      '/api/v1/transitions': {
        get: {
          summary: 'The failover history, newest first',
          parameters: [
            {
              name: 'limit',
              in: 'query',
              schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
            },
            { name: 'since', in: 'query', schema: { type: 'string', format: 'date-time' } },
          ],
          responses: answers({ 'application/json': { schema: reference('Transitions') } }),
        },
      },
      '/api/v1/events': {
        get: {
          summary: 'The current status, then each change, as server-sent events',
          description:
            'Event `status`: a status document, with an id that grows. Event `heartbeat`, after ' +
            '5 s without a change: the time and the age of the evidence. `Last-Event-ID` brings ' +
            'the events that were missed, where they are still known, or else the current status. ' +
            'At most 4 streams for each session and 40 in all: a further one gets 503.',
          parameters: [
            { name: 'Last-Event-ID', in: 'header', schema: { type: 'integer', minimum: 0 } },
          ],
          responses: answers({ 'text/event-stream': { schema: { type: 'string' } } }),
        },
      },
      '/api/v1/configuration/check': {
        post: {
          summary: 'The findings about a text as if it stood in that file, the worst first',
          description:
            'For the editor of the page: with its session and its form token in the header ' +
            '`x-csrf-token`, as `admin`. What a save would refuse has the severity `fatal`.',
          requestBody: {
            required: true,
            content: { 'application/json': { schema: reference('CheckRequest') } },
          },
          responses: answers({ 'application/json': { schema: reference('Check') } }),
        },
      },
    },
    components: {
      securitySchemes: { basic: { type: 'http', scheme: 'basic' } },
      schemas: {
        Status: toSchema(statusDocumentSchema),
        Pair: toSchema(pairDocumentSchema),
        Transitions: toSchema(transitionsDocumentSchema),
        CheckRequest: toSchema(checkRequestSchema),
        Check: toSchema(checkDocumentSchema),
        Error: toSchema(errorSchema),
      },
    },
  };
}

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

function answers(content: object) {
  return {
    200: { description: 'The answer', content },
    default: {
      description: 'What went wrong',
      content: { 'application/json': { schema: reference('Error') } },
    },
  };
}

/** Its dialect is the document's own and need not be said at each schema. */
function toSchema(schema: z.ZodType): object {
  return { ...z.toJSONSchema(schema), $schema: undefined };
}
