import { errorCode } from '../shared/error-code.ts';
import { UserError } from '../shared/errors.ts';

/**
 * Runs something that writes below `folder` and puts what an administrator can repair (no space,
 * read-only) into words. Other errors pass as they are.
 * @throws {UserError} `history-full` (507) or `history-read-only` (503).
 */
export async function explainWriteFailure<Result>(
  folder: string,
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (cause) {
    switch (errorCode(cause)) {
      case 'ENOSPC':
      case 'EDQUOT':
        throw new UserError(
          'history-full',
          `There is no space left for ${folder}, so the change could not be recorded there. ` +
            `Free some space on that file system (see: df ${folder}) and try again.`,
          { statusCode: 507, cause },
        );
      case 'EROFS':
        throw new UserError(
          'history-read-only',
          `${folder} is on a file system that is mounted read-only, often after a disk error, so ` +
            'the change could not be recorded there. Make it writable and try again.',
          { statusCode: 503, cause },
        );
      default:
        throw cause;
    }
  }
}
