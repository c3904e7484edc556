/**
 * Collect what is asked for one by one in the same turn, and ask for it together. With one key alone it is asked for as soon.
 * @param most keys that go into one call
 * @param run gives the answers in the order of its keys
 */
export function gather<Key, Value>(
  most: number,
  run: (keys: readonly Key[]) => Promise<readonly Value[]>,
): (key: Key) => Promise<Value> {
  interface Asked {
    readonly key: Key;
    readonly resolve: (value: Value) => void;
    readonly reject: (error: unknown) => void;
  }
  let asked: Asked[] = [];

  function askTogether(): void {
    const all = asked;
    asked = [];
    for (let from = 0; from < all.length; from += most) {
      const some = all.slice(from, from + most);
      run(some.map(({ key }) => key)).then(
        (values) => some.forEach(({ resolve }, index) => resolve(values[index] as Value)), // as many as keys
        (error: unknown) => some.forEach(({ reject }) => reject(error)),
      );
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      asked.push({ key, resolve, reject });
      if (asked.length === 1) queueMicrotask(askTogether);
    });
}
