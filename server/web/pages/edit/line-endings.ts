/**
 * The text of a form's textarea with the line endings of the file that it came from: browsers send
 * CRLF whatever they were given. A file keeps CRLF if most of its lines end so; all else gets LF.
 */
export function restoreLineEndings(submitted: string, original: string): string {
  const text = submitted.replaceAll('\r\n', '\n');
  const carriageReturns = original.split('\r\n').length - 1;
  const lineFeeds = original.split('\n').length - 1;
  return carriageReturns * 2 > lineFeeds ? text.replaceAll('\n', '\r\n') : text;
}
