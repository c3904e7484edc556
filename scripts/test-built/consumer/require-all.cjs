// A CommonJS program that needs all that is named on its command line.
for (const specifier of process.argv.slice(2)) {
  if (Object.keys(require(specifier)).length === 0 && !specifier.endsWith("/schema"))
    throw new Error(`${specifier} is empty`);
}
console.log(`${process.argv.length - 2} entries`);
