/** The groups of the site, in order, and the pages of each that come first. A page that is not named here comes after them. */
export const groups: readonly Group[] = [
  { title: "Start", folder: "start", first: ["index"] },
  {
    title: "Jobs",
    folder: "jobs",
    first: [
      "last-nights-report",
      "nightly",
      "catch-up",
      "cron",
      "engines",
      "serverless",
      "webhooks",
      "s3",
      "reading-the-file",
      "monitoring",
      "testing",
      "corrections",
      "indeterminate",
      "own-source",
    ],
  },
  { title: "Providers", folder: "providers", first: ["index", "circle", "begateway", "monato", "mercadopago"] },
  {
    title: "Concepts",
    folder: "concepts",
    first: ["tiers", "exactly-once", "waiting", "job-states", "deliveries", "downloads", "words"],
  },
  { title: "Reference", folder: "reference", first: ["cli", "errors", "support"] },
  { title: "Packages", folder: "packages", first: ["report-kit", "circle", "begateway", "monato", "mercadopago"] },
  { title: "API", folder: "api", first: ["report-kit"] },
  {
    title: "Project",
    folder: "project",
    first: ["what-changed", "contributing", "add-a-provider", "specs", "releasing", "dependencies"],
  },
  { title: "Decisions", folder: "decisions", first: [] },
];

export interface Group {
  readonly title: string;
  /** Of `.pages`. */
  readonly folder: string;
  /** Names of pages, without `.md`. */
  readonly first: readonly string[];
}
