/**
 * Other names of time zones, in lower case, with the one that keys are made of (IANA's `backward` file, release 2026a).
 *
 * A table of our own, because platforms disagree: Node names Buenos Aires `America/Buenos_Aires`, Bun
 * `America/Argentina/Buenos_Aires`. It has the countries of Mercado Pago, UTC, and the zones whose name in Node is an old
 * one. **Never change or remove a row**: keys change with it.
 */
const aliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "america/argentina/buenos_aires": ["america/buenos_aires"],
    "america/argentina/catamarca": ["america/catamarca", "america/argentina/comodrivadavia"],
    "america/argentina/cordoba": ["america/cordoba", "america/rosario"],
    "america/argentina/jujuy": ["america/jujuy"],
    "america/argentina/mendoza": ["america/mendoza"],
    "america/sao_paulo": ["brazil/east"],
    "america/manaus": ["brazil/west"],
    "america/rio_branco": ["america/porto_acre", "brazil/acre"],
    "america/noronha": ["brazil/denoronha"],
    "america/santiago": ["chile/continental"],
    "pacific/easter": ["chile/easterisland"],
    "america/mexico_city": ["mexico/general"],
    "america/mazatlan": ["mexico/bajasur"],
    "america/tijuana": ["mexico/bajanorte", "america/ensenada", "america/santa_isabel"],
    utc: ["etc/utc", "etc/uct", "etc/universal", "etc/zulu", "uct", "universal", "zulu"],
    "etc/gmt": ["gmt", "etc/gmt+0", "etc/gmt-0", "etc/gmt0", "etc/greenwich", "gmt+0", "gmt-0", "gmt0", "greenwich"],
    "africa/asmara": ["africa/asmera"],
    "america/indiana/indianapolis": ["america/indianapolis", "america/fort_wayne", "us/east-indiana"],
    "america/kentucky/louisville": ["america/louisville"],
    "america/nuuk": ["america/godthab"],
    "asia/ho_chi_minh": ["asia/saigon"],
    "asia/kathmandu": ["asia/katmandu"],
    "asia/kolkata": ["asia/calcutta"],
    "asia/yangon": ["asia/rangoon"],
    "atlantic/faroe": ["atlantic/faeroe"],
    "europe/kyiv": ["europe/kiev"],
    "pacific/chuuk": ["pacific/truk", "pacific/yap"],
    "pacific/kanton": ["pacific/enderbury"],
    "pacific/pohnpei": ["pacific/ponape"],
  }).flatMap(([name, others]) => others.map((other) => [other, name] as const)),
);

/** The name of a zone that a key is made of: the same on every platform, whatever time-zone data it has. */
export function zoneNameForKey(timeZone: string): string {
  const name = timeZone.toLowerCase();
  return aliases.get(name) ?? name;
}
