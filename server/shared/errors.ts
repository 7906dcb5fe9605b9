/**
 * An error that a user may see: a stable code for automation, a sentence that says what is wrong
 * and what to do, and the HTTP status it maps to. Everything else is a 500 with no detail.
 */
export class UserError extends Error {
  readonly code: string;
  readonly statusCode: number;

  constructor(
    code: string,
    message: string,
    options: { statusCode?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'UserError';
    this.code = code;
    this.statusCode = options.statusCode ?? 422;
  }
}
