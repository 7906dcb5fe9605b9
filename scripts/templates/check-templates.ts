import path from 'node:path';
import ts from 'typescript';
import { findInheritedFields } from './inherited-fields.ts';
import { findNeedlessConditions } from './needless-conditions.ts';
import { createOverlayHost } from './overlay-host.ts';
import { requireJavaScript, TemplateSyntaxError, writeTemplateCode } from './template-code.ts';
import type { TemplateCode } from './template-code.ts';
import { kinds, writeHead, writeHelpers } from './template-frame.ts';

/** What is wrong, at a place of a template or of the table of their models. */
export interface TemplateProblem {
  file: string;
  /** 1-based. */
  line: number;
  message: string;
}

export interface TemplateSources {
  /** The text of each template by its path in the folder of the templates: `partials/csrf.eta`. */
  templates: ReadonlyMap<string, string>;
  /** The module that exports `Pages`, `Partials` and `Layouts`, with the model of each by its name. */
  modelsFile: string;
  options: ts.CompilerOptions;
  /** Texts in place of the files on the disk. */
  overlay?: ReadonlyMap<string, string>;
}

const folder = path.resolve('/templates');
const helpersFile = path.join(folder, 'helpers.mts');

/** A template as a module: its head, the code that Eta makes of it, and the end. */
interface TemplateModule extends TemplateCode {
  name: string;
  text: string;
  head: string;
}

/**
 * Checks templates against their models with the TypeScript compiler, and the table of models against
 * the templates that there are.
 * @param checked the program of an earlier check, to read again only what has changed
 */
export function checkTemplates(
  sources: TemplateSources,
  checked?: ts.Program,
): { problems: TemplateProblem[]; program: ts.Program } {
  const modules = new Map<string, TemplateModule>();
  const unread = [...sources.templates].flatMap(([name, text]) =>
    catchSyntaxError(name, () => {
      const head = writeHead(name.replace(/\.eta$/, ''));
      const module = { name, text, head, ...writeTemplateCode(text) };
      modules.set(path.join(folder, `${name}.mts`), module);
    }),
  );
  const texts = new Map([
    ...(sources.overlay ?? []),
    ...[...modules].map(([file, { head, body }]) => [file, `${head}${body}}`] as const),
    [helpersFile, writeHelpers(sources.modelsFile)],
  ]);
  const host = createOverlayHost(texts, sources.options, checked);
  const roots = [helpersFile, ...modules.keys()];
  const program = ts.createProgram(roots, sources.options, host, checked);
  const wrong = [...modules].flatMap(([file, module]) => checkModule(program, file, module));
  return { problems: [...unread, ...wrong, ...checkTables(program, sources)], program };
}

function checkModule(
  program: ts.Program,
  file: string,
  { name, text, head, findInTemplate }: TemplateModule,
): TemplateProblem[] {
  const source = program.getSourceFile(file);
  if (!source) return [];
  const errors = [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ];
  const checker = program.getTypeChecker();
  // What is wrong itself decides no condition.
  const found =
    errors.length > 0
      ? errors
      : [...findNeedlessConditions(source, checker), ...findInheritedFields(source, checker)];
  const problems = found.map(({ start = 0, messageText }) => ({
    file: name,
    line: text.slice(0, findInTemplate(start - head.length)).split('\n').length,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
  if (problems.length > 0) return problems;
  return catchSyntaxError(name, () => {
    requireJavaScript(text);
  });
}

function catchSyntaxError(file: string, read: () => void): TemplateProblem[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    return [{ file, line: error.line, message: error.message }];
  }
}

/** The tables are there, and each of their models has its template. */
function checkTables(
  program: ts.Program,
  { modelsFile, templates }: TemplateSources,
): TemplateProblem[] {
  const source = program.getSourceFile(modelsFile);
  const checker = program.getTypeChecker();
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) return [{ file: modelsFile, line: 1, message: 'There is no such module.' }];
  const tables = new Map(checker.getExportsOfModule(module).map((one) => [one.name, one]));
  return kinds.flatMap(({ prefix, models }) => {
    const table = tables.get(models);
    if (!table) return [{ file: modelsFile, line: 1, message: `It does not export ${models}.` }];
    const properties = checker.getDeclaredTypeOfSymbol(table).getProperties();
    const lost = properties.filter(({ name }) => !templates.has(`${prefix}${name}.eta`));
    return lost.map(({ name, declarations }) => ({
      file: modelsFile,
      line: source.getLineAndCharacterOfPosition(declarations?.[0]?.getStart() ?? 0).line + 1,
      message: `There is no template ${prefix}${name}.eta.`,
    }));
  });
}
