/** Writes an integer number of hundredths as a decimal text: -1234 is "-12.34". Sums stay exact because they are made of integers. */
export function decimal(hundredths: number): string {
  const digits = String(Math.abs(hundredths)).padStart(3, "0");
  return `${hundredths < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
