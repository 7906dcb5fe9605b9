import type { FastifyRequest } from 'fastify';
import { UserError } from '../shared/errors.ts';

/** How long a form may be that is kept over a log-in, as it is sent. */
export const heldFormLimitBytes = 256 * 1024;
const maximumFields = 200;

/** A field of a form, as it was typed. */
export interface HeldField {
  name: string;
  value: string;
}

/** The token of who was logged in, and answers to questions that must be asked again. */
const leftOut = [
  ...['_csrf', 'ownPassword'],
  ...['accepted', 'commands', 'overwrite', 'proof', 'startAnyway'],
];

/** Whether a field holds a secret: what was typed there is not kept. */
export function isSecretField(name: string): boolean {
  return /pass|secret/i.test(name);
}

/**
 * The fields of a form that are kept over a log-in.
 * @param text `application/x-www-form-urlencoded`
 */
export function readHeldForm(text: string): HeldField[] {
  const fields = [...new URLSearchParams(text)].filter(([name]) => !leftOut.includes(name));
  if (fields.length > maximumFields) throw tooLarge();
  return fields.map(([name, value]) => ({ name, value: isSecretField(name) ? '' : value }));
}

/** For the hidden field `held` of the log-in form. */
function writeHeldForm(fields: HeldField[]): string {
  const text = new URLSearchParams(
    fields.map(({ name, value }): [string, string] => [name, value]),
  ).toString();
  if (text.length > heldFormLimitBytes) throw tooLarge();
  return text;
}

/**
 * Reads the form of a stranger before any route could: whoever is not logged in gets it back with
 * the log-in page, and that is all that is done with it.
 * @returns undefined: it is no form that a person sent; empty: a button alone, as Stop keepalived
 */
export async function receiveHeldForm(request: FastifyRequest): Promise<string | undefined> {
  const lengthBytes = Number(request.headers['content-length'] ?? 0);
  if (!isSentByPerson(request) || lengthBytes === 0) return undefined;
  if (lengthBytes > heldFormLimitBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  // Ends after the length that was announced.
  for await (const chunk of request.raw) chunks.push(chunk as Buffer);
  const fields = readHeldForm(Buffer.concat(chunks).toString());
  return writeHeldForm(fields);
}

/** Not by a script of a page, which cannot show a page in answer. */
function isSentByPerson({ method, headers }: FastifyRequest): boolean {
  const [type] = (headers['content-type'] ?? '').split(';');
  const mode = headers['sec-fetch-mode'];
  return (
    method === 'POST' &&
    type?.trim().toLowerCase() === 'application/x-www-form-urlencoded' &&
    (mode === undefined || mode === 'navigate')
  );
}

function tooLarge(): UserError {
  return new UserError(
    'too-large-to-keep',
    'You are logged out, and this form is too large to keep while you log in: at most 256 KiB. Nothing was changed. Log in from another tab, then go back in this tab and send the form again.',
    { statusCode: 413 },
  );
}
