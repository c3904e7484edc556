/** Circle's camt.053 statement (XML) to typed rows, with fast-xml-parser. */
import { readFile } from "node:fs/promises";
import { XMLParser } from "fast-xml-parser";

export interface StatementEntry {
  readonly statementId: string;
  readonly reference: string;
  /** Decimal text with its sign: the message itself has an amount without one, and a side. */
  readonly amount: string;
  readonly currency: string;
  /** Only BOOK entries are final. */
  readonly status: string;
  /** ISO 8601. Circle's days are days in UTC. */
  readonly bookedAt: string;
}

/** The members that are read; each of them is text. */
interface Entry {
  readonly NtryRef: string;
  readonly Amt: { readonly "#text": string; readonly "@_Ccy": string };
  readonly CdtDbtInd: "CRDT" | "DBIT";
  readonly Sts: { readonly Cd: string };
  readonly BookgDt: { readonly DtTm?: string; readonly Dt?: string };
}
interface CamtDocument {
  readonly Document: {
    readonly BkToCstmrStmt: { readonly Stmt: readonly { readonly Id: string; readonly Ntry?: readonly Entry[] }[] };
  };
}

const parser = new XMLParser({
  ignoreAttributes: false,
  parseTagValue: false, // "10.10" stays text, and is not 10.1
  isArray: (name) => name === "Stmt" || name === "Ntry", // one statement is a list, too
});

export async function statementEntries(path: string): Promise<readonly StatementEntry[]> {
  const { Document: message } = parser.parse(await readFile(path), true) as CamtDocument; // camt.053.001.13
  return message.BkToCstmrStmt.Stmt.flatMap(({ Id: statementId, Ntry = [] }) =>
    Ntry.map((entry) => ({
      statementId,
      reference: entry.NtryRef,
      amount: entry.CdtDbtInd === "DBIT" ? `-${entry.Amt["#text"]}` : entry.Amt["#text"],
      currency: entry.Amt["@_Ccy"],
      status: entry.Sts.Cd,
      bookedAt: entry.BookgDt.DtTm ?? entry.BookgDt.Dt ?? "",
    })),
  );
}
