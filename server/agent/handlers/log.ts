import { randomUUID } from 'node:crypto';
import type { Operations } from '../../operations/operations.ts';
import { UserError } from '../../shared/errors.ts';
import { getKnown, getUser } from '../caller.ts';
import type { CallHandlers } from './handler.ts';

/** A part of an export, oldest first. */
export interface LogExportPart {
  text: string;
  isLast: boolean;
}

interface Export {
  lines: AsyncIterator<string>;
  ticket: string;
  userName: string;
  forget: NodeJS.Timeout;
}

const partBytes = 256 * 1024;
/** Who does not ask on has gone. */
const abandonedAfterMs = 60_000;
const mostExports = 16;
/** One account's; so it leaves some to the others. */
const mostExportsPerAccount = 4;

/** keepalived's log: a page of it, what is new, and all of it in parts as fast as they are asked for. */
export function createLogCalls(operations: Operations) {
  const exports = new Map<string, Export>();

  const end = (id: string) => {
    const found = exports.get(id);
    if (!found) return;
    clearTimeout(found.forget);
    exports.delete(id);
    // It is in the middle of reading at most; what it reads then, nobody wants.
    void found.lines.return?.().catch(() => undefined);
  };
  const endLater = (id: string) =>
    setTimeout(() => {
      end(id);
    }, abandonedAfterMs).unref();

  return {
    readLog: (query) => operations.readLog(query),
    readNewerLog: ({ after, ...filter }) => operations.readNewerLog(after, filter),
    beginLogExport(filter, caller): string {
      const { name: userName } = getUser(caller);
      const own = [...exports.values()].filter((one) => one.userName === userName);
      if (own.length >= mostExportsPerAccount || exports.size >= mostExports) throw tooMany();
      const id = randomUUID();
      const lines = operations.exportLog(filter)[Symbol.asyncIterator]();
      const { ticket } = getKnown(caller);
      exports.set(id, { lines, ticket, userName, forget: endLater(id) });
      return id;
    },
    async continueLogExport({ exportId }, caller): Promise<LogExportPart> {
      const found = exports.get(exportId);
      if (found?.ticket !== getKnown(caller).ticket) {
        throw new UserError('unknown-download', 'This download has ended. Begin it again.', {
          statusCode: 404,
        });
      }
      clearTimeout(found.forget);
      found.forget = endLater(exportId);
      try {
        const parts: string[] = [];
        for (let length = 0; length < partBytes;) {
          const line = await found.lines.next();
          if (line.done === true) {
            end(exportId);
            return { text: parts.join(''), isLast: true };
          }
          parts.push(line.value);
          length += line.value.length;
        }
        return { text: parts.join(''), isLast: false };
      } catch (error) {
        end(exportId);
        throw error;
      }
    },
  } satisfies CallHandlers<'readLog' | 'readNewerLog' | 'beginLogExport' | 'continueLogExport'>;
}

function tooMany(): UserError {
  return new UserError(
    'too-many-downloads',
    'Too many downloads of the log are running. Wait until one has ended, then begin again.',
    { statusCode: 503 },
  );
}
