// A server on loopback that answers every request with the same JSON of about a kilobyte. `process.send` tells its port.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const report = {
  id: "4f0d3f4e-6f0b-4a4f-9d51-0c7f3d0c3a11",
  status: "pending",
  reportType: "camt053",
  createDate: "2026-11-20T08:00:00.000Z",
  rows: Array.from({ length: 12 }, (_, index) => ({
    id: index,
    amount: "1234.56",
    currency: "EUR",
    note: "a payment",
  })),
};
const body = JSON.stringify({ ...report, data: { ...report, rows: [] } });

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  // listening on a port: its address is no text and not null
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("disconnect", () => process.exit());
