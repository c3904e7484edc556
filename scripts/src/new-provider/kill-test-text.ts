import { undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";

/**
 * The kill test of a source. All of it is written but the provider itself: what stands between the client and the simulation is the same
 * for every provider, and wrong in one place it makes a test that proves nothing.
 */
export function killTestText({ title, operations: { request } }: Plan): {
  readonly server: string;
  readonly test: string;
} {
  const isRead = request.method === "GET";
  const kind = isRead ? '"look"' : `asked.method === "${request.method}" ? "create" : "look"`;
  const what = isRead
    ? "the server of the kill test: answer each request as the provider's page shows it. made gives the references of the reports that the answers show"
    : `the server of the kill test: on ${request.method} ${request.path} make a report, keep it in a list and answer with it; answer the other requests from the list. acmeServer in docs/jobs/own-source.md is one`;
  return {
    server: `
/** A request as the provider gets it. */
interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** The body, JSON as the client wrote it; empty where there is none. */
  readonly body: string;
}

/** The provider in one run of the kill test, in memory. */
interface Server {
  /** The references of all reports that it made. */
  readonly made: () => readonly string[];
  /** It must not throw: that looks like a lost connection, and the job goes on. */
  readonly answer: (asked: Asked) => Response;
}

function serverOf(_simulation: Simulation): Server {
  return ${undecided(`${what}. The time is _simulation.now()`)};
}
`,
    test: `it("has a report made once, wherever a worker is killed", async () => {
    const scenario: KillScenario = {
      name: ${JSON.stringify(title)},
      turnsOfTheLoop: 4, // to read a body takes some
      world(simulation) {
        const server = serverOf(simulation);
        return {
          made: server.made,
          work({ journal, platform, request }) {
            const source = sourceThat(async (input, init) => {
              const sent = new Request(input, init);
              const asked = { method: sent.method, url: new URL(sent.url), headers: sent.headers, body: await sent.text() };
              return request(${kind}, () => server.answer(asked));
            });
            return createReportKit({ journal, platform }).report(source, wanted).outcome();
          },
        };
      },
    };
    expect(await killEverywhere(scenario, { pairs: 20 })).toMatchObject({ duplicates: [], lost: [], stuck: [] });
  });`,
  };
}
