import { describe, expect, it } from "vitest";
import { loadSpecification } from "../src/specification.ts";
import { openSandbox, tell } from "./open-sandbox.ts";

describe("the record of requests", () => {
  it("has each request with its operation, body, instant and status, and no secret", async () => {
    const { sandbox, clock, circle } = await openSandbox();
    clock.advance(5);
    await circle("POST", "/v1/reports", { reportType: "camt053", date: "2026-11-19" });
    expect(sandbox.requests).toEqual([
      expect.objectContaining({
        origin: "circle",
        method: "POST",
        path: "/v1/reports",
        operationId: "requestReport",
        body: { reportType: "camt053", date: "2026-11-19" },
        at: Date.parse("2026-11-21T12:00:00.005Z"),
        authorised: true,
        status: 202,
        carriesSecret: true,
        secrets: [{ provider: "circle", name: "apiKey", where: "header" }],
      }),
    ]);
    expect(sandbox.requests[0]?.headers["authorization"]).toBe("(redacted)");
  });

  it("finds a secret wherever it is: another provider's header, the query, the body", async () => {
    const { sandbox } = await openSandbox();
    const { mercadopago, circle, begateway } = sandbox;
    const url = `${circle.baseUrl}/v1/nowhere?access_token=${mercadopago.accessToken}&key=${encodeURIComponent(circle.apiKey)}`;
    await tell(url, { method: "POST", body: JSON.stringify({ deep: { secret: begateway.secretKey } }) });
    const [seen] = sandbox.requests;
    expect(seen?.secrets).toEqual([
      { provider: "circle", name: "apiKey", where: "url" },
      { provider: "begateway", name: "secretKey", where: "body" },
      { provider: "mercadopago", name: "accessToken", where: "url" },
    ]);
    expect([seen?.operationId, seen?.status, seen?.authorised]).toEqual([undefined, 404, false]);
    expect(seen?.query["access_token"]).toBe("(redacted)");
    expect(seen?.body).toEqual({ deep: { secret: "(redacted)" } });
  });
});

describe("the sandbox's own answers", () => {
  it("are judged by the spec: an undeclared status, media type or body is told", async () => {
    const circle = await loadSpecification("circle");
    const record = { id: "550e8400-e29b-41d4-a716-446655440000", reportType: "camt053", status: "pending" };
    const answer = (status: number, data: unknown) => ({ status, body: { json: { data } } });
    expect(circle.judge("requestReport", answer(202, record))).toEqual([]);
    expect(circle.judge("requestReport", answer(418, record))).toEqual(["status 418 is not declared"]);
    expect(circle.judge("requestReport", answer(202, { ...record, status: "soon" }))).toEqual([
      "/data/status must be equal to one of the allowed values",
    ]);
    expect(circle.judge("requestReport", answer(202, { ...record, id: undefined }))).toEqual([
      "/data must have required property 'id'",
    ]);
    const file = { name: "x.html", mediaType: "text/html", chunks: () => [] };
    expect(circle.judge("getReportContent", { status: 200, body: { file } })[0]).toContain(
      "media type text/html is not declared",
    );
    const monato = await loadSpecification("monato");
    expect(monato.judgeWebhook("report", { file_type: "TRANSACTIONS" })).toContain(
      "the whole must have required property 'client_id'",
    );
  });

  it("carry the date of the sandbox's clock, against which a Retry-After is read", async () => {
    const { circle } = await openSandbox();
    const answer = await circle("GET", "/v1/reports/550e8400-e29b-41d4-a716-446655440000");
    expect(answer.headers.get("date")).toBe("Sat, 21 Nov 2026 12:00:00 GMT");
  });
});
