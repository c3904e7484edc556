import { expect, it } from "vitest";
import { amazonS3Hosts } from "../../src/source-tools/amazon-s3-hosts.ts";
import { checkLink } from "../../src/download/link/check-link.ts";

const rules = { hosts: amazonS3Hosts, loopback: false };

it.each([
  "s3.amazonaws.com",
  "s3.eu-west-1.amazonaws.com",
  "s3-us-west-2.amazonaws.com",
  "s3.dualstack.eu-west-1.amazonaws.com",
  "wlsexports-test.s3.amazonaws.com",
  "my.dotted.bucket.s3.eu-west-1.amazonaws.com",
  "bucket.s3-us-west-2.amazonaws.com",
])("%s is Amazon S3", (host) => {
  expect(checkLink(`https://${host}/report.csv`, rules).host).toBe(host);
});

it.each([
  "amazonaws.com",
  "ec2-203-0-113-25.compute-1.amazonaws.com",
  "a1b2c3.execute-api.eu-west-1.amazonaws.com",
  "s3.execute-api.eu-west-1.amazonaws.com",
  "my-lb-123.eu-west-1.elb.amazonaws.com",
  "s3.amazonaws.com.evil.example",
  "s3.eu-west-1.evil-amazonaws.com",
  "xs3.amazonaws.com",
  "s3.eu-west-1xamazonaws.com",
  ".s3.amazonaws.com",
])("%s is not", (host) => {
  expect(() => checkLink(`https://${host}/report.csv`, rules)).toThrow(
    expect.objectContaining({ code: "refused-link" }),
  );
});
