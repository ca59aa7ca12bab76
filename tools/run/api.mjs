// A client for the worker's HTTP API that treats every unexpected answer as a fault.

/** Calls of one base URL; `token` is an API key or a session. */
export class Api {
  constructor(baseUrl, token) {
    this.baseUrl = baseUrl;
    this.token = token;
  }

  /** The same worker, spoken to with another token. */
  as(token) {
    return new Api(this.baseUrl, token);
  }

  get(path) {
    return this.call("GET", path);
  }

  post(path, body) {
    return this.call("POST", path, JSON.stringify(body ?? {}), "application/json");
  }

  put(path, bytes, type) {
    return this.call("PUT", path, bytes, type);
  }

  /** The answer's JSON; anything but a success throws, with the status in `status`. */
  async call(method, path, body, type) {
    const headers = {};
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    if (type) headers["content-type"] = type;
    const response = await fetch(new URL(path, this.baseUrl), { method, headers, body });
    const text = await response.text();
    if (!response.ok) {
      throw Object.assign(new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`), {
        status: response.status,
      });
    }
    return JSON.parse(text);
  }
}
