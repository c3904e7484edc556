import type { Random } from "../random.ts";

const givenNames = [
  "José",
  "María",
  "João",
  "Íñigo",
  "Conceição",
  "Begoña",
  "Antônio",
  "Lucía",
  "Sebastián",
  "Ângela",
] as const;
const familyNames = [
  "Muñoz",
  "Gonçalves",
  "Peña",
  "Araújo",
  "Núñez",
  "Simões",
  "Ibáñez",
  "Magalhães",
  "Güemes",
  "Assunção",
] as const;
const shopNames = [
  "Almacén El Ñandú",
  "Padaria São João",
  "Librería Cigüeña",
  "Mercearia Três Irmãos",
  "Ferretería Río, S.A.",
] as const;

/** A person's name in Spanish or Portuguese, accents included. */
export function personName(random: Random): string {
  return `${random.pick(givenNames)} ${random.pick(familyNames)} ${random.pick(familyNames)}`;
}

/** A shop's name in Spanish or Portuguese; one of them has a comma, so that a CSV reader has something to prove. */
export function shopName(random: Random): string {
  return random.pick(shopNames);
}
