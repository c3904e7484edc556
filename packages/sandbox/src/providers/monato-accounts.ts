import { createRandom } from "../random.ts";

/** An account of the client: its CLABE and Monato's own number for it, which notices use. */
export interface MonatoAccount {
  readonly clabeNumber: string;
  readonly accountId: string;
}

/** The client's accounts. */
export type MonatoAccounts = readonly [MonatoAccount, MonatoAccount, MonatoAccount];

/** Three accounts whose CLABEs have the right check digit (Banxico: weights 3, 7, 1 over the first 17 digits). */
export function monatoAccounts(seed: string): MonatoAccounts {
  const random = createRandom(`${seed} monato accounts`);
  const account = (): MonatoAccount => {
    const digits = `734180${random.digits(11)}`;
    return { clabeNumber: `${digits}${checkDigit(digits)}`, accountId: random.digits(10) };
  };
  return [account(), account(), account()];
}

function checkDigit(digits: string): number {
  const weights = [3, 7, 1];
  const sum = Array.from(digits, Number).reduce(
    (total, digit, index) => total + ((digit * (weights[index % 3] ?? 0)) % 10),
    0,
  );
  return (10 - (sum % 10)) % 10;
}
