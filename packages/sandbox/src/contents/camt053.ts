import { createRandom } from "../random.ts";
import { decimal } from "./amounts.ts";
import { encodeLines } from "./file-contents.ts";
import type { FileContents } from "./file-contents.ts";
import { personName } from "./people.ts";

const namespace = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.13";

/** The token each statement is about; the names are Circle's, the rest of the account is the sandbox's own. */
const tokens = ["USDC", "EURC"] as const;

/** What a statement file depends on. */
export interface Camt053Options {
  /** The UTC day, YYYY-MM-DD. */
  readonly date: string;
  readonly seed: string;
  /** Movements in each statement. */
  readonly rows: number;
}

/**
 * A camt.053.001.13 statement file: one `Stmt` per token, in each OPBD + signed entries = CLBD.
 * Circle's page "CAMT.053 statements", read 2026-11-20, gives the message version, the balances and the file name.
 */
export function camt053(options: Camt053Options): FileContents {
  return {
    name: `camt053_${options.date}_report.xml`,
    mediaType: "application/xml",
    chunks: () => encodeLines(lines(options)),
  };
}

interface Movement {
  readonly hundredths: number;
  readonly reference: string;
  readonly counterparty: string;
  readonly time: string;
}

function* movements(token: string, { date, seed, rows }: Camt053Options): Generator<Movement, void> {
  const random = createRandom(`${seed} ${token} ${date} movements`);
  for (let row = 0; row < rows; row++) {
    const sign = random.next() < 0.6 ? 1 : -1;
    const second = Math.floor((row * 86_400) / Math.max(rows, 1));
    yield {
      hundredths: sign * random.integer(100, 5_000_000),
      reference: `${token}${date.replaceAll("-", "")}${String(row).padStart(9, "0")}`,
      counterparty: personName(random),
      time: `${date}T${new Date(second * 1000).toISOString().slice(11, 19)}Z`,
    };
  }
}

function* lines(options: Camt053Options): Generator<string, void> {
  const { date } = options;
  const nextDay = new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
  const madeAt = `${nextDay}T02:00:00Z`;
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${namespace}">\n<BkToCstmrStmt>\n`;
  yield `<GrpHdr><MsgId>CIRCLE-${date}</MsgId><CreDtTm>${madeAt}</CreDtTm></GrpHdr>\n`;
  for (const token of tokens) yield* statement(token, madeAt, options);
  yield "</BkToCstmrStmt>\n</Document>\n";
}

function* statement(token: string, madeAt: string, options: Camt053Options): Generator<string, void> {
  const { date, seed } = options;
  const opening = createRandom(`${seed} ${token} ${date} opening`).integer(0, 900_000_000_00);
  // The closing balance comes before the entries in the message, so the entries are made twice rather than kept.
  let closing = opening;
  for (const { hundredths } of movements(token, options)) closing += hundredths;
  yield `<Stmt>\n<Id>${token}-${date}</Id><ElctrncSeqNb>${date.replaceAll("-", "")}</ElctrncSeqNb><CreDtTm>${madeAt}</CreDtTm>\n`;
  yield `<FrToDt><FrDtTm>${date}T00:00:00Z</FrDtTm><ToDtTm>${date}T23:59:59Z</ToDtTm></FrToDt>\n`;
  yield `<Acct><Id><Othr><Id>1000-${token}</Id></Othr></Id><Ccy>${token}</Ccy></Acct>\n`;
  yield balance("OPBD", opening, token, date);
  yield balance("CLBD", closing, token, date);
  for (const movement of movements(token, options)) yield entry(movement, token);
  yield "</Stmt>\n";
}

function balance(code: "OPBD" | "CLBD", hundredths: number, token: string, date: string): string {
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(hundredths, token)}<Dt><Dt>${date}</Dt></Dt></Bal>\n`;
}

function entry({ hundredths, reference, counterparty, time }: Movement, token: string): string {
  return (
    `<Ntry><NtryRef>${reference}</NtryRef>${amount(hundredths, token)}<Sts><Cd>BOOK</Cd></Sts>` +
    `<BookgDt><DtTm>${time}</DtTm></BookgDt><ValDt><DtTm>${time}</DtTm></ValDt><AcctSvcrRef>${reference}</AcctSvcrRef>` +
    `<BkTxCd><Prtry><Cd>${hundredths < 0 ? "PAYOUT" : "PAYMENT"}</Cd></Prtry></BkTxCd>` +
    `<NtryDtls><TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs>` +
    `<RltdPties><${hundredths < 0 ? "Cdtr" : "Dbtr"}><Pty><Nm>${counterparty}</Nm></Pty></${hundredths < 0 ? "Cdtr" : "Dbtr"}></RltdPties>` +
    `</TxDtls></NtryDtls></Ntry>\n`
  );
}

/** Amounts carry no sign in the message: the indicator says the direction. */
function amount(hundredths: number, token: string): string {
  const indicator = hundredths < 0 ? "DBIT" : "CRDT";
  return `<Amt Ccy="${token}">${decimal(Math.abs(hundredths))}</Amt><CdtDbtInd>${indicator}</CdtDbtInd>`;
}
