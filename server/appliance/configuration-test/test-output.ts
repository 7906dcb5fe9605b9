import { dirname, join, normalize, resolve } from 'node:path';

export interface ReleasedOutput {
  output: string;
  withheldLines: number;
}

/** `(PATH: Line N) …`; without a path it is the main file (parser.c). */
const place = /^\((?:(.+?): )?Line \d+\) /;

/**
 * What of the test's output may be shown: by allow-list. A line with a place passes where that is
 * one of the files that the test was given. A line without one may quote any file that was read, so
 * it passes only while no other file is named.
 * @param files the absolute paths of the files that the test was given
 * @param mainPath one of them, the one that keepalived was started on
 */
export function releaseTestOutput(
  printed: string,
  files: ReadonlySet<string>,
  mainPath: string,
): ReleasedOutput {
  const folders = new Set([...files].map(dirname));
  const isGiven = (path: string): boolean =>
    path.startsWith('/')
      ? files.has(normalize(path))
      : // keepalived names a file as the include leads to it, from the including file's folder.
        [...folders].some((folder) => files.has(join(folder, path)));
  const lines = printed.split('\n').filter((line) => line !== '');
  const judged = lines.map((line) => {
    const match = place.exec(line);
    if (!match) return { line, named: undefined };
    return { line, named: isGiven(match[1] ?? resolve(mainPath)) };
  });
  const namesAnother = judged.some(({ named }) => named === false);
  const released = judged.filter(({ named }) => named ?? !namesAnother);
  return {
    output: released.map(({ line }) => `${line}\n`).join(''),
    withheldLines: lines.length - released.length,
  };
}
