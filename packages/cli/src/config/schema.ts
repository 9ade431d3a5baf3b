import { z } from 'zod';
import { CREDENTIAL_KEYS, credentialsSchema } from './credentials-schema.ts';

const text = z.union([z.string(), z.number()], { error: 'write a text or a number' });
const flag = z.boolean({ error: 'write true or false' });
const texts = z.union([text, z.array(text)], { error: 'write a text, or a list of texts' });
/** `{ path: /api, beta: true }` or `["path=/api", "beta"]`. */
const pairs = z.union([z.record(z.string(), z.union([text, flag])), texts], { error: 'write KEY: VALUE pairs' });

/** Read by itself, so that nothing of it is shown. */
const credentials = credentialsSchema.describe("What is said to the service in the application's place");

const announceEntry = z.strictObject({
  service: text,
  host: text.optional(),
  port: text.optional(),
  type: text.optional(),
  name: text.optional(),
  txt: pairs.optional(),
  subtype: texts.optional(),
  priority: text.optional(),
  weight: text.optional(),
  ttl: text.optional(),
  check: text.optional(),
  checkInterval: text.optional(),
  rise: text.optional(),
  fall: text.optional(),
  relay: flag.optional(),
  responder: text.optional(),
  credentials: credentials.optional(),
  to: texts.optional(),
});

const proxyEntry = z.strictObject({
  service: text,
  port: text.optional(),
  listen: texts.optional(),
  allowRemote: flag.optional(),
  from: texts.optional(),
  dnsServer: texts.optional(),
  dnsMaxTtl: text.optional(),
  merge: text.optional(),
  balance: text.optional(),
  check: text.optional(),
  checkInterval: text.optional(),
  connectTimeout: text.optional(),
  onEndpointLost: text.optional(),
  drainTimeout: text.optional(),
  maxConnections: text.optional(),
  engine: text.optional(),
  haproxySocket: text.optional(),
  haproxyBackend: text.optional(),
  where: pairs.optional(),
  instance: text.optional(),
  allowCidr: texts.optional(),
  credentials: credentials.optional(),
  insecureInject: flag.optional(),
});

const meshEntry = z.strictObject({ keyFile: text }, { error: 'write a map such as { keyFile: ./mesh.key }' });

/** The file of CONTRACT 5, without what this version refuses. */
export const configSchema: z.ZodObject = z.strictObject({
  logLevel: text.optional(),
  logFormat: text.optional(),
  interface: texts.optional(),
  mesh: meshEntry.optional(),
  admin: text.optional(),
  logConnections: flag.optional(),
  to: texts.optional(),
  announce: z.array(announceEntry, { error: 'write a list of services, each with a leading "-"' }).optional(),
  proxy: z.array(proxyEntry, { error: 'write a list of services, each with a leading "-"' }).optional(),
});

const KEYS_BY_SECTION: Readonly<Record<string, readonly string[]>> = {
  announce: Object.keys(announceEntry.shape),
  proxy: Object.keys(proxyEntry.shape),
  mesh: Object.keys(meshEntry.shape),
};

/** The keys that may stand at this path. */
export function listKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path[2] === 'credentials') return CREDENTIAL_KEYS;
  return KEYS_BY_SECTION[String(path[0])] ?? Object.keys(configSchema.shape);
}
