/** Plain data only: what arrives is what was sent. */

/** Deeper than any value of ours; a value that contains itself ends here, too. */
const deepest = 64;

/**
 * Throws if JSON would change the value without a word (`calls.ts` has the list).
 * @param path where the value is, for the message: `result.instances[0].since`
 */
export function assertPlain(value: unknown, path: string, depth = 0): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) refuse(path, String(value));
      return;
    case 'object':
      if (value === null) return;
      if (depth >= deepest) refuse(path, `nested deeper than ${deepest}`);
      if (Array.isArray(value)) assertPlainItems(value, path, depth);
      else assertPlainFields(value, path, depth);
      return;
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
      refuse(path, `a value of type ${typeof value}`);
  }
}

function assertPlainItems(items: readonly unknown[], path: string, depth: number): void {
  // By index, as a hole in the array is `undefined`, too.
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    // Most items are words; a path for each of them would cost more than the check.
    if (typeof item !== 'string') assertPlain(item, `${path}[${index}]`, depth + 1);
  }
}

function assertPlainFields(fields: object, path: string, depth: number): void {
  const prototype: unknown = Object.getPrototypeOf(fields);
  if (prototype !== Object.prototype && prototype !== null) refuse(path, describeClass(fields));
  if (Object.getOwnPropertySymbols(fields).length > 0) refuse(path, 'a field named by a symbol');
  for (const [name, field] of Object.entries(fields)) {
    if (typeof field !== 'string' && field !== undefined) {
      assertPlain(field, `${path}.${name}`, depth + 1);
    }
  }
}

function describeClass(value: object): string {
  return `an instance of ${value.constructor.name}`;
}

function refuse(path: string, what: string): never {
  throw new TypeError(`${path} is ${what}: that cannot cross the seam unchanged.`);
}
