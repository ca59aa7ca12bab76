// Somebody on this machine who is told things over HTTP: a mail service, the address of a webhook.

import { once } from "node:events";
import { createServer } from "node:http";

/** Listens; `told` is what came, `{path, method, headers, body}`, and `answer(path)` says with which status it is answered. */
export async function startListener() {
  const listener = { told: [], answer: () => 204 };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    listener.told.push({ path: request.url, method: request.method, headers: request.headers, body, json: JSON.parse(body) });
    const status = listener.answer(request.url);
    // Without a status the request is left hanging.
    if (status) response.writeHead(status).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  listener.url = `http://127.0.0.1:${server.address().port}`;
  listener.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return listener;
}
