/** A refused edit, with a plain sentence that names no secret. */
export interface Refusal {
  ok: false;
  reason: string;
}

export function createRefusal(reason: string): Refusal {
  return { ok: false, reason };
}

const forbidden: readonly [RegExp, string][] = [
  [/^\s*$/, 'is empty'],
  [/[\r\n]/, 'contains a line break'],
  [/"/, 'contains a double quote, which keepalived cannot express'],
  // eslint-disable-next-line no-control-regex
  [/[\u0000-\u001f\u007f]/, 'contains a control character'],
  [/\$/, 'contains “$”, which keepalived would take for a reference to a definition'],
  [/\\/, 'contains a backslash, which keepalived reads in different ways'],
];

/**
 * A value as it must be written, quoted where it has a space or one of `! # { }`.
 * @param what how the value is called in a refusal, which never repeats it: “The password”
 */
export function writeValue(value: string, what: string): { ok: true; written: string } | Refusal {
  const flaw = forbidden.find(([pattern]) => pattern.test(value));
  if (flaw !== undefined) return createRefusal(`${what} ${flaw[1]}.`);
  return {
    ok: true,
    written: /[ !#{}]/.test(value) || value.startsWith('@') ? `"${value}"` : value,
  };
}
