/// <reference types="node" />
import { randomUUID } from "node:crypto";

/** Which revision of a record is in force: the name of its directory, taken apart. */
export interface Head {
  readonly revision: number;
  readonly id: string;
}

export const headName = (head: Head): string => `${head.revision}-${head.id}`;
export const newHead = (revision: number): Head => ({ revision, id: randomUUID() });

export function parseHead(entry: string): Head | undefined {
  const match = /^([1-9]\d{0,15})-([0-9a-f-]{36})$/.exec(entry);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { revision: Number(match[1]), id: match[2] };
}
