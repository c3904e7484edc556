/** A request as it left, by value. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | null;
  readonly body: unknown;
}

/** A `fetch` that gives one answer after the other, the last again and again, and keeps what was sent. */
export function recordingFetch(answers: readonly (() => Response)[]): {
  readonly fetch: typeof globalThis.fetch;
  readonly sent: Sent[];
} {
  const sent: Sent[] = [];
  return {
    sent,
    async fetch(input, init) {
      const request = new Request(input, init);
      const { method, url, headers } = request;
      const text = await request.text();
      const body: unknown = text === "" ? undefined : JSON.parse(text);
      sent.push({ method, url, authorization: headers.get("authorization"), body });
      const answer = answers[Math.min(sent.length, answers.length) - 1];
      if (answer === undefined) throw new TypeError("the test has no answer for this request");
      return answer();
    },
  };
}
