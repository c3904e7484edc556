/** A delivered file into S3 or anything that speaks its protocol, once, with aws4fetch. */
import { openAsBlob } from "node:fs";
import { AwsClient } from "aws4fetch";
import type { ConsumedFile } from "report-kit/node";

export interface Bucket {
  /** `new AwsClient({ accessKeyId, secretAccessKey, sessionToken, service: "s3", region: "eu-central-1" })` */
  readonly client: AwsClient;
  /** `https://<bucket>.s3.<region>.amazonaws.com`, without a slash at its end. */
  readonly url: string;
}

/** @returns false when an object with the same name and bytes is there already. */
export async function putOnce({ client, url }: Bucket, file: ConsumedFile): Promise<boolean> {
  const object = [url, ...[...file.source.split("/"), file.key, file.name].map(encodeURIComponent)].join("/");
  const checksum = Buffer.from(file.sha256, "hex").toString("base64");
  const body = await openAsBlob(file.path); // read from the disk as it is sent
  const put = await client.fetch(object, {
    method: "PUT",
    headers: {
      "content-type": file.mediaType,
      "if-none-match": "*", // never replaces an object
      "x-amz-content-sha256": file.sha256, // S3 refuses other bytes
      "x-amz-checksum-sha256": checksum, // and keeps the hash with the object
      "x-amz-meta-delivery-id": file.deliveryId,
    },
    body,
    ...(file.signal && { signal: file.signal }),
  });
  if (put.ok) return true;
  if (put.status !== 412)
    throw new Error(`S3 answered ${put.status} to PUT ${object}: ${(await put.text()).slice(0, 500)}`);
  // An object is there. It is ours if an earlier attempt was cut after S3 had stored it.
  const head = await client.fetch(object, { method: "HEAD", headers: { "x-amz-checksum-mode": "ENABLED" } });
  if (head.headers.get("x-amz-checksum-sha256") === checksum) return false;
  throw new Error(`${object} holds other bytes than ${file.name}: nothing was replaced`);
}
