import ts from 'typescript';

/** Files of the disk, but for these texts; what an earlier program has read is not read again. */
export function createOverlayHost(
  texts: ReadonlyMap<string, string>,
  options: ts.CompilerOptions,
  checked?: ts.Program,
): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const readSource = host.getSourceFile.bind(host);
  return {
    ...host,
    fileExists: (file) => texts.has(file) || host.fileExists(file),
    readFile: (file) => texts.get(file) ?? host.readFile(file),
    getSourceFile: (file, language, ...more) => {
      const known = checked?.getSourceFile(file);
      const text = texts.get(file);
      if (known && (text === undefined || text === known.text)) return known;
      return text === undefined
        ? readSource(file, language, ...more)
        : ts.createSourceFile(file, text, language);
    },
  };
}
