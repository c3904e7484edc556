import { isLoopbackHost } from "@report-kit/http";
import type { ProviderName } from "../providers.ts";
import { providerNames, providers } from "../providers.ts";
import { fieldsOf } from "../report-fields.ts";
import type { ReportField } from "../report-fields.ts";

/** What a place in the configuration may hold. The reader and the JSON Schema are both made of it. */
export type Shape =
  | {
      readonly is: "object";
      readonly members: Readonly<Record<string, Shape>>;
      readonly required: readonly string[];
      readonly about: string;
    }
  /** Names of the user's choice. */
  | { readonly is: "map"; readonly of: Shape; readonly names: string; readonly about: string }
  | { readonly is: "list"; readonly of: Shape; readonly about: string }
  /** One of several objects, by the value of a member. */
  | {
      readonly is: "choice";
      readonly by: string;
      readonly among: Readonly<Record<string, Shape>>;
      readonly about: string;
    }
  | {
      readonly is: "text";
      readonly values?: readonly string[] | undefined;
      readonly pattern?: string | undefined;
      /** What no pattern can say. */
      readonly isValid?: ((value: string) => boolean) | undefined;
      readonly expected: string;
      readonly about: string;
    }
  | { readonly is: "number"; readonly about: string }
  | { readonly is: "flag"; readonly about: string };

const label = "^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$";

function text(about: string, expected = "a text"): Shape {
  return { is: "text", pattern: "\\S", expected, about };
}

function oneOf(values: readonly string[], about: string): Shape {
  return { is: "text", values, expected: values.join(" or "), about };
}

function object(about: string, members: Readonly<Record<string, Shape>>, required: readonly string[] = []): Shape {
  return { is: "object", members, required, about };
}

const day = "^\\d{4}-\\d{2}-\\d{2}$";
const from: Shape = {
  is: "text",
  pattern: day,
  expected: "a day as YYYY-MM-DD",
  about: "The first day. Nothing before it is asked for.",
};
const timeZone: Shape = {
  is: "text",
  isValid: isTimeZone,
  expected: "an IANA time zone such as America/Mexico_City",
  about: "The IANA time zone of the account's days.",
};
const baseUrl: Shape = {
  is: "text",
  isValid: isAddress,
  expected: "an https URL such as https://api.example.com (http on this machine)",
  about: "The address of the API, where it is not a known one.",
};

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname));
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

/** A field that a period fills in. */
export function isDateField({ format }: ReportField): boolean {
  return format === "date" || format === "date-time";
}

function fieldShape({ values, about, type }: ReportField): Shape {
  if (values !== undefined) return oneOf(values, about);
  return type === "integer" ? { is: "number", about } : text(about);
}

function seriesShape(provider: ProviderName): Shape {
  const fields = fieldsOf(provider).filter((field) => !isDateField(field));
  const needed = fields.filter(({ required, values = [] }) => required && values.length !== 1).map(({ name }) => name);
  return object(
    "A report of every day or month.",
    {
      ...Object.fromEntries(fields.map((field) => [field.name, fieldShape(field)])),
      name: {
        is: "text",
        pattern: label,
        expected: "a name of letters, digits, . _ @ -",
        about: "For --only and for tables.",
      },
      every: {
        is: "text",
        pattern: "^(day|month|[1-9]\\d{0,2}d)$",
        expected: "day, month, or a window of days such as 7d",
        about: "How long each period is. Default: a month for monthly report types, else a day.",
      },
      from,
      recheckDays: { is: "number", about: "Look back so many days for corrections. Default 0." },
      remake: {
        is: "flag",
        about: "Look back by having reports made again, where a provider keeps them as they were made.",
      },
      retry: object("How often ended jobs are asked for again, by a new epoch.", {
        failed: { is: "number", about: "After a report that failed. Default 0." },
        expired: { is: "number", about: "After a file that expired before it was delivered. Default 0." },
        coolDown: {
          is: "text",
          pattern: "^\\d{1,6}[smhd]$",
          expected: "a time such as 90s, 30m, 3h or 2d",
          about: "From the end of one attempt to the next. Default 1h.",
        },
      }),
    },
    needed,
  );
}

function accountShape(provider: ProviderName): Shape {
  const { title, credentials, environments, accountFrom } = providers[provider];
  const variable = (option: string, usual: string): Shape => ({
    is: "text",
    pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
    expected: "the name of an environment variable",
    about: `The environment variable with the ${option}. Default ${usual}.`,
  });
  return object(
    `An account at ${title}.`,
    {
      provider: oneOf([provider], "Whose account it is."),
      ...(accountFrom === undefined
        ? {
            account: {
              is: "text",
              pattern: label,
              expected: "a label of letters, digits, . _ @ -",
              about: "The account's label in paths and keys. Default: the source's name.",
            } as const,
          }
        : {}),
      ...(environments.length > 0 ? { environment: oneOf(environments, "Which of its APIs.") } : {}),
      baseUrl,
      timeZone,
      linkHosts: { is: "list", of: text("A host."), about: "More hosts that download links may lead to." },
      ...(provider === "circle"
        ? { monthlyDate: oneOf(["day", "month"], "How a monthly report's date is sent.") }
        : {}),
      variables: object(
        "Names of environment variables, where they are not the usual ones.",
        Object.fromEntries(credentials.map((each) => [each.option, variable(each.option, each.variable)])),
      ),
      from,
      series: { is: "list", of: seriesShape(provider), about: "The reports of every night." },
    },
    ["provider"],
  );
}

export const configShape: Shape = object(
  "The configuration of report-kit.",
  {
    journal: text("Where jobs are kept: a directory, or postgres:VARIABLE. Default .reports."),
    to: text("The directory for files. Default reports."),
    fileName: text("A pattern for files, such as {provider}/{account}/{reportType}/{from}_{to}.{ext}."),
    evidence: { is: "flag", about: "Write <name>.json beside each file: which report it is, and its hash." },
    concurrency: { is: "number", about: "How many periods of a source are open at once. Default 4." },
    from,
    sources: {
      is: "map",
      names: label,
      of: {
        is: "choice",
        by: "provider",
        among: Object.fromEntries(providerNames.map((name) => [name, accountShape(name)])),
        about: "An account at a provider.",
      },
      about: "Accounts, by names of your choice.",
    },
  },
  ["sources"],
);
