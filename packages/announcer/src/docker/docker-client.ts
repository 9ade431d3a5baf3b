import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { errorCode, errorMessage, formatPlace } from '@mdns-ambassador/relay';
import { AnnouncerError } from '../announcer-error.ts';
import type { DockerAddress } from './docker-address.ts';

/** The list of a thousand containers with long labels. */
const MAX_BODY_BYTES = 64 * 1_048_576;
const MAX_EVENT_BYTES = 1_048_576;
const ANSWER_TIMEOUT_MS = 10_000;
const EVENT_FILTER = encodeURIComponent(JSON.stringify({ type: ['container'] }));

export interface DockerWatchEvents {
  /** The daemon tells of everything from now on. */
  opened(): void;
  /** What happened, as the daemon says it. */
  event(value: unknown): void;
  /** Called once; nothing is called after it. */
  ended(reason: string): void;
}

/** What is asked of a Docker daemon; nothing is ever changed. */
export interface DockerClient {
  /** Every container that runs or is paused. Rejects with an {@link AnnouncerError}. */
  list(): Promise<unknown>;
  inspect(id: string): Promise<unknown>;
  /** Until the returned function is called; no event comes after that. */
  watch(events: DockerWatchEvents): () => void;
}

/** A client of the Engine API, by plain HTTP, in whatever version the daemon speaks. */
export function createDockerClient(address: DockerAddress): DockerClient {
  return {
    list: () => readJson(address, '/containers/json'),
    inspect: (id) => readJson(address, `/containers/${encodeURIComponent(id)}/json`),
    watch: (events) => watch(address, events),
  };
}

function readJson(address: DockerAddress, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = ask(address, path, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) asked.destroy(new Error(`answered more than ${MAX_BODY_BYTES} bytes`));
        else chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () => {
        if (response.statusCode !== 200) {
          fail(new Error(`answered ${response.statusCode ?? 'nothing'} to GET ${path}`));
          return;
        }
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        } catch (error) {
          fail(error);
        }
      });
    });
    const fail = (cause: unknown): void => reject(explain(address, cause));
    asked.setTimeout(ANSWER_TIMEOUT_MS, () => asked.destroy(new Error('does not answer in time')));
    asked.on('error', fail);
  });
}

function watch(address: DockerAddress, events: DockerWatchEvents): () => void {
  let isOver = false;
  let rest = '';
  const end = (reason: string): void => {
    if (isOver) return;
    isOver = true;
    asked.destroy();
    events.ended(reason);
  };
  const asked = ask(address, `/events?filters=${EVENT_FILTER}`, (response) => {
    if (response.statusCode !== 200) {
      end(`the Docker daemon answered ${response.statusCode ?? 'nothing'} to GET /events`);
      return;
    }
    response.setEncoding('utf8');
    if (!isOver) events.opened();
    response.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (!isOver && line.trim() !== '') tell(line);
      if (rest.length > MAX_EVENT_BYTES) end('the Docker daemon sent an event that is too long');
    });
    response.on('error', () => end('the Docker daemon hung up'));
    response.on('close', () => end('the Docker daemon hung up'));
  });
  const tell = (line: string): void => {
    try {
      events.event(JSON.parse(line));
    } catch {
      end('the Docker daemon sent an event that is no JSON');
    }
  };
  asked.on('error', (error) => end(explain(address, error).message));
  return () => {
    isOver = true;
    asked.destroy();
  };
}

function ask(address: DockerAddress, path: string, onResponse: (response: IncomingMessage) => void): ClientRequest {
  const to = address.kind === 'socket' ? { socketPath: address.path } : { host: address.host, port: address.port };
  const asked = request({ ...to, path, method: 'GET', headers: { Host: 'docker' } }, onResponse);
  asked.end();
  return asked;
}

function explain(address: DockerAddress, cause: unknown): AnnouncerError {
  const place = address.kind === 'socket' ? address.path : formatPlace(address.host, address.port);
  const code = errorCode(cause);
  const sentence = (): string => {
    switch (code) {
      case 'ENOENT':
        return `there is no Docker daemon at ${place}: start it, or name its socket with --docker-socket`;
      case 'ECONNREFUSED':
        return `no Docker daemon listens at ${place}: start it, or name its socket with --docker-socket`;
      case 'EACCES':
        return `${place} may not be opened by this user: join the group of the socket, which is as good as being root`;
      default:
        return `the Docker daemon at ${place} ${errorMessage(cause)}`;
    }
  };
  return new AnnouncerError('DOCKER_UNAVAILABLE', sentence(), { cause });
}
