import { crc32, deflateRawSync } from "node:zlib";

/** What the entries of a zip claim. */
export interface EntryClaims {
  /** Default 8, deflated; the bytes always are. */
  readonly method?: number;
  /** Bits of the general purpose flag besides that for UTF-8: 1 = encrypted. */
  readonly flags?: number;
  /** `st_mode`, as Unix programs write it. */
  readonly unixMode?: number;
}

/** A zip with these files, deflated; names are written as they are. */
export function zipOf(files: Readonly<Record<string, Uint8Array>>, claims: EntryClaims = {}): Buffer {
  const { method = 8, flags = 0, unixMode } = claims;
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, body] of Object.entries(files)) {
    const packed = deflateRawSync(body);
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800 | flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(body), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(body.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, nameBytes, packed]);
    const central = Buffer.alloc(46);
    central.write("PK\u0001\u0002", "latin1");
    central.writeUInt16LE(unixMode === undefined ? 20 : 0x0314, 4);
    central.writeUInt32LE(((unixMode ?? 0) << 16) >>> 0, 38);
    common.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    parts.push(local);
    directory.push(central, nameBytes);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, index, end]);
}
