import { matching, refuse } from "../source/request-fields.ts";

const weights = [3, 7, 1];

/** Does the last digit of a CLABE check the other seventeen (Banxico's 3-7-1 rule)? */
function clabeChecks(clabe: string): boolean {
  const sum = Array.from(clabe.slice(0, 17)).reduce(
    (total, digit, index) => total + ((Number(digit) * (weights[index % 3] ?? 0)) % 10),
    0,
  );
  return (10 - (sum % 10)) % 10 === Number(clabe[17]);
}

/**
 * A CLABE: 18 digits. The check digit is looked at only on request: the provider's own documented samples fail it.
 * @throws ReportRequestError
 */
export function clabeField(field: string, value: unknown, checkDigit: boolean): string {
  const clabe = matching(field, value, /^\d{18}$/, "a CLABE of 18 digits");
  return checkDigit && !clabeChecks(clabe) ? refuse(field, "a CLABE whose check digit is right", value) : clabe;
}
