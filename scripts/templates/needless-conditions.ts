import ts from 'typescript';

/** A condition of a template that its model decides already: one of its branches is dead. */
export interface NeedlessCondition {
  start: number;
  messageText: string;
}

const { SyntaxKind, TypeFlags } = ts;
const nullish = TypeFlags.Undefined | TypeFlags.Null | TypeFlags.Void;
const undecided = TypeFlags.Any | TypeFlags.Unknown | TypeFlags.TypeParameter;

/** What is guarded though it is always there, and what is asked though the answer is always the same. */
export function findNeedlessConditions(
  source: ts.SourceFile,
  checker: ts.TypeChecker,
): NeedlessCondition[] {
  const found: NeedlessCondition[] = [];
  const tell = (node: ts.Node, messageText: string) => {
    found.push({ start: node.getStart(source), messageText });
  };
  const guard = (node: ts.Expression, operator: string) => {
    const isOptional = typesOf(checker, node).some(({ flags }) => flags & (nullish | undecided));
    if (!isOptional)
      tell(node, `“${operator}” is not needed: ${node.getText(source)} is always there.`);
  };
  const ask = (node: ts.Expression) => {
    const answers = new Set(typesOf(checker, node).map((type) => answerOf(checker, type)));
    const [answer] = answers;
    if (answers.size !== 1 || answer === undefined) return;
    tell(node, `${node.getText(source)} is always ${answer ? 'true' : 'false'} here.`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isOptionalChain(node) && !ts.isNonNullChain(node) && node.questionDotToken) {
      guard(node.expression, '?.');
    }
    if (ts.isIfStatement(node)) ask(node.expression);
    if (ts.isConditionalExpression(node)) ask(node.condition);
    if (ts.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.ExclamationToken) {
      ask(node.operand);
    }
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === SyntaxKind.QuestionQuestionToken) guard(node.left, '??');
      if (kind === SyntaxKind.AmpersandAmpersandToken || kind === SyntaxKind.BarBarToken) {
        ask(node.left);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function typesOf(checker: ts.TypeChecker, node: ts.Expression): ts.Type[] {
  const type = checker.getTypeAtLocation(node);
  return type.isUnion() ? type.types : [type];
}

/** Whether such a value is true in a condition; undefined: some are, some not. */
function answerOf(checker: ts.TypeChecker, type: ts.Type): boolean | undefined {
  if (type.flags & nullish) return false;
  if (type.flags & TypeFlags.BooleanLiteral) return checker.typeToString(type) === 'true';
  if (type.isStringLiteral()) return type.value !== '';
  if (type.isNumberLiteral()) return type.value !== 0;
  return type.flags & (TypeFlags.Object | TypeFlags.NonPrimitive) ? true : undefined;
}
