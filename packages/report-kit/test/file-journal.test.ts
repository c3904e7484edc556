import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileJournal } from "../src/node/file-journal.ts";
import { describeJournal } from "./journal-contract.ts";

describeJournal("fileJournal", async () => fileJournal(await mkdtemp(join(tmpdir(), "journal-"))));
