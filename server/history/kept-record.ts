import type { z } from 'zod';
import { makePrivateFolder } from '../shared/durable-file.ts';
import { UserError } from '../shared/errors.ts';
import { explainWriteFailure } from './explain-write-failure.ts';
import { readJsonLines, replaceJsonLines } from './json-lines.ts';

/** One record, or none: what has to be known again after a crash. */
export interface KeptRecord<Value> {
  /** @throws {UserError} of the code that it was made with, when the file is damaged */
  find(): Promise<Value | undefined>;
  /**
   * On the disk when the promise resolves.
   * @throws {UserError} `history-full`, `history-read-only`
   */
  set(record: Value | undefined): Promise<void>;
}

/**
 * A record in a file of its own.
 * @param explainDamage what an administrator reads of a damaged file
 */
export function createKeptRecord<Schema extends z.ZodType>(options: {
  directory: string;
  path: string;
  schema: Schema;
  explainDamage: { code: string; sentence: string };
}): KeptRecord<z.output<Schema>> {
  const { directory, path, schema, explainDamage } = options;
  return {
    async find() {
      const { entries, damagedLines } = await readJsonLines(path, schema);
      if (damagedLines.length === 0) return entries.at(-1);
      throw new UserError(explainDamage.code, explainDamage.sentence, { statusCode: 500 });
    },
    set: (record) =>
      explainWriteFailure(directory, async () => {
        await makePrivateFolder(directory);
        const entries = record === undefined ? [] : [record];
        await replaceJsonLines(path, { entries, damagedLines: [] });
      }),
  };
}
