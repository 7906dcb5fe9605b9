import ts from 'typescript';

/**
 * What a partial would get without being given it: Eta passes the fields of the template that includes
 * it on, so that one which is optional, and left out, is the includer's own of that name.
 */
export function findInheritedFields(
  source: ts.SourceFile,
  checker: ts.TypeChecker,
): { start: number; messageText: string }[] {
  const [render] = source.statements.filter(ts.isFunctionDeclaration);
  const [it] = render?.parameters ?? [];
  if (!it) return [];
  const own = checker.getTypeAtLocation(it);
  const found: { start: number; messageText: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(source) === 'include') {
      const [, given] = node.arguments;
      const model = given && checker.getContextualType(given);
      for (const { name } of model?.getProperties() ?? []) {
        const isGiven = given && checker.getTypeAtLocation(given).getProperty(name);
        if (isGiven || !own.getProperty(name)) continue;
        const start = node.getStart(source);
        found.push({ start, messageText: `“${name}” would be this template’s own: give it.` });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
