/** Ends with 0 while the ambassador in this container is alive, as its admin at AMBASSADOR_ADMIN says. */
import { get } from 'node:http';

const PATIENCE_MS = 2_000;

const place = process.env.AMBASSADOR_ADMIN ?? '';
const [, host, port] = /^(.*):(\d+)$/.exec(place) ?? [];
const to = place.startsWith('unix:')
  ? { socketPath: place.slice('unix:'.length) }
  : { host: host?.replace(/^\[|\]$/g, ''), port };
const request = get({ ...to, path: '/healthz', timeout: PATIENCE_MS }, (response) => {
  process.exit(response.statusCode === 200 ? 0 : 1);
});
request.on('timeout', () => process.exit(1));
request.on('error', () => process.exit(1));
