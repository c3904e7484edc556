/** How the process ends. The numbers are those of sysexits.h and of shells, where they have one. */
export const exitCodes = {
  /** Everything that was wanted is there. Nothing to do is done, too. */
  done: 0,
  /** Running it again changes nothing: a person has to decide or mend something. */
  needsPerson: 1,
  /** The command line or the configuration can't be used. Nothing was sent. */
  badInput: 2,
  /** The next run continues: a deadline, a network, a provider that is down (EX_TEMPFAIL). */
  temporary: 75,
  /** Credentials are missing or not accepted (EX_NOPERM). */
  credentials: 77,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The codes for `report-kit --help`, and for docs/reference/cli.md, which a test holds to it. */
export const exitCodeHelp = `Exit codes:
  0    done; also when there was nothing to do
  1    a person has to look: a report failed, expired or is indeterminate
  2    bad input: the command line or the configuration; nothing was sent
  75   temporary: run it again, it continues
  77   credentials are missing or not accepted
  130  ended by Ctrl-C (143: by SIGTERM); run it again, it continues`;

/** From bad to worse, for a run that ends in several ways. */
const order: readonly ExitCode[] = [
  exitCodes.done,
  exitCodes.temporary,
  exitCodes.needsPerson,
  exitCodes.badInput,
  exitCodes.credentials,
  exitCodes.terminated,
  exitCodes.interrupted,
];

export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return codes.reduce<ExitCode>(
    (worst, code) => (order.indexOf(code) > order.indexOf(worst) ? code : worst),
    exitCodes.done,
  );
}
