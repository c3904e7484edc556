/** Node, Bun: one turn of the event loop in a microsecond. Elsewhere a message does. */
const { setImmediate: nextTurn } = globalThis as { setImmediate?: (run: () => void) => unknown };

/** A macrotask: a chain of promises of any length runs out before it. */
export function nextTurnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (nextTurn !== undefined) {
      nextTurn(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
