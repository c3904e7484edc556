import ts from "typescript";

/** The kinds of the top-level statements of a text; throws when it does not parse. */
export function statementKinds(text: string): readonly string[] {
  const file = ts.createSourceFile("generated.ts", text, ts.ScriptTarget.ES2023, true);
  const { diagnostics = [] } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2023 },
  });
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})));
  return file.statements.map((statement) => ts.SyntaxKind[statement.kind]);
}
