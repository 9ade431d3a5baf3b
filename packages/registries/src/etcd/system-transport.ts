import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { request as requestHttps, Agent as SecureAgent } from 'node:https';
import { describeLinkFailure } from '../link-failure.ts';
import type { EtcdTransport } from './transport.ts';

/** 1,024 entries of 64 KiB in base64 would be more; no real folder is. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** RFC 9110 15.6: it is the server that can't. */
const FIRST_SERVER_ERROR = 500;
/** A peer that vanished is noticed by the probes of TCP. */
const KEEPALIVE_MS = 5_000;

/**
 * HTTP over this machine's network to one member of a cluster at a time; the next one takes over when there is no connection.
 * `servers`: at least one, such as `http://10.0.0.1:2379`. The returned function closes what is kept open.
 */
export function createSystemTransport(servers: readonly string[]): EtcdTransport & { close(): void } {
  const agents = { 'http:': new Agent({ keepAlive: true }), 'https:': new SecureAgent({ keepAlive: true }) };
  let current = 0;

  const open = async (
    path: string,
    body: object,
    isStream: boolean,
    signal: AbortSignal,
    token: string | undefined,
  ): Promise<IncomingMessage> => {
    const index = current;
    const url = new URL(path, servers[index % servers.length]);
    try {
      const response = await send(url, JSON.stringify(body), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: token }) },
        agent: isStream ? false : url.protocol === 'https:' ? agents['https:'] : agents['http:'],
        signal,
      });
      // A member without its cluster answers and knows nothing; another one may.
      if ((response.statusCode ?? 0) >= FIRST_SERVER_ERROR && current === index) current += 1;
      return response;
    } catch (error) {
      if (current === index) current += 1;
      throw error;
    }
  };

  return {
    async ask(path, body, signal, token) {
      const response = await open(path, body, false, signal, token);
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of response) {
        length += chunk.length;
        if (length > MAX_BODY_BYTES) throw new Error(`the answer is longer than ${MAX_BODY_BYTES} bytes`);
        chunks.push(chunk);
      }
      return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
    },
    async stream(path, body, onText, signal, token) {
      const response = await open(path, body, true, signal, token);
      response.setEncoding('utf8');
      for await (const text of response) onText(text);
    },
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

async function send(url: URL, body: string, options: RequestOptions): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const request: ClientRequest = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve);
    request.on('error', (error) => reject(new Error(`${url.host}: ${describeLinkFailure(error)}`, { cause: error })));
    request.on('socket', (socket) => socket.setKeepAlive(true, KEEPALIVE_MS));
    request.end(body);
  });
}
