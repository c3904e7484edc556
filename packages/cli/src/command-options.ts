import { Argument, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "./exit-codes.ts";
import type { Io } from "./io.ts";

/** What a command's action gets besides its own arguments. */
export interface Context {
  readonly io: Io;
  readonly setExit: (code: ExitCode) => void;
  /** ` Did you mean circle?`, where a known name is near. Loaded only where there is more to do than help. */
  readonly didYouMean: (text: string, known: readonly string[]) => string;
}

/** An option whose values are known: in the help, in errors with the nearest one, and in completion. */
export function choice({ didYouMean }: Context, flags: string, description: string, values: readonly string[]): Option {
  const option = new Option(flags, description).choices(values);
  // Not its own parser: that one does not say which value was meant.
  return option.argParser((text) => known(text, values, didYouMean));
}

/** The same for an argument. */
export function argumentChoice(
  { didYouMean }: Context,
  name: string,
  description: string,
  values: readonly string[],
): Argument {
  const argument = new Argument(name, description).choices(values);
  return argument.argParser((text: string, before: unknown) => {
    const value = known(text, values, didYouMean);
    return argument.variadic ? [...(Array.isArray(before) ? before : []), value] : value;
  });
}

function known(text: string, values: readonly string[], didYouMean: Context["didYouMean"]): string {
  if (values.includes(text)) return text;
  throw new InvalidArgumentError(`Expected ${values.join(" or ")}.${didYouMean(text, values)}`);
}

/** An option that takes a whole number from 0. */
export function wholeNumber(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw new InvalidArgumentError("Expected a whole number from 0.");
  });
}
