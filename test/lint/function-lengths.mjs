// SPDX-License-Identifier: Apache-2.0
// Prints `lines file:line` for every named function of the TypeScript files given: declarations, methods, constructors,
// and functions bound to a name. Callbacks count as part of the function they are in.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const BOUND = new Set([
  ts.SyntaxKind.VariableDeclaration,
  ts.SyntaxKind.PropertyAssignment,
  ts.SyntaxKind.PropertyDeclaration,
]);

function isNamedFunction(node) {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node.body !== undefined;
  if (ts.isConstructorDeclaration(node) || ts.isAccessor(node)) return node.body !== undefined;
  return (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) && BOUND.has(node.parent.kind);
}

function report(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node) => {
    if (isNamedFunction(node)) {
      const first = lineOf(node.getStart(source));
      process.stdout.write(`${String(lineOf(node.end) - first + 1)} ${file}:${String(first)}\n`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

process.argv.slice(2).forEach(report);
