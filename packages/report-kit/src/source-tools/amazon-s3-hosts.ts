/**
 * Where Amazon S3 serves files, and nothing else at Amazon does: anyone can run a server below `amazonaws.com`
 * (https://docs.aws.amazon.com/general/latest/gr/s3.html, virtual-hosted and path style, with and without a region).
 */
export const amazonS3Hosts: readonly string[] = [
  "s3.amazonaws.com",
  "s3.*.amazonaws.com",
  "s3.dualstack.*.amazonaws.com",
  "s3-*.amazonaws.com",
  "*.s3.amazonaws.com",
  "*.s3.*.amazonaws.com",
  "*.s3.dualstack.*.amazonaws.com",
  "*.s3-*.amazonaws.com",
];
