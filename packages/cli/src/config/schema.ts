import { z } from 'zod';
import { AGENT_OPTIONS } from '../options/agent-options.ts';
import { ANNOUNCE_OPTIONS } from '../options/announce-options.ts';
import { COMMON_OPTIONS } from '../options/common-options.ts';
import { DNS_OPTIONS } from '../options/dns-options.ts';
import { nameKey, type Option } from '../options/option.ts';
import { PROXY_OPTIONS } from '../options/proxy-options.ts';
import { CREDENTIAL_KEYS, credentialsSchema } from './credentials-schema.ts';

const text = z.union([z.string(), z.number()], { error: 'write a text or a number' });
const flag = z.boolean({ error: 'write true or false' });
const texts = z.union([text, z.array(text)], { error: 'write a text, or a list of texts' });
/** `{ path: /api, beta: true }` or `["path=/api", "beta"]`. */
const pairs = z.union([z.record(z.string(), z.union([text, flag])), texts], { error: 'write KEY: VALUE pairs' });

/** Read by itself, so that nothing of it is shown. */
const credentials = credentialsSchema.describe("What is said to the service in the application's place");

/** What may stand in the file for an option. */
const TYPES: Readonly<Record<Option['kind'], z.ZodType>> = { flag, text, list: texts, pairs };

/** The options that are keys of a section, or of the entries of its list. */
export const SECTION_OPTIONS: Readonly<Record<string, readonly Option[]>> = {
  announce: ANNOUNCE_OPTIONS,
  proxy: PROXY_OPTIONS,
  agent: AGENT_OPTIONS,
  dns: DNS_OPTIONS,
  mesh: [],
};
export const FILE_OPTIONS: readonly Option[] = [COMMON_OPTIONS, ...Object.values(SECTION_OPTIONS)].flat();

function listKeysOf(options: readonly Option[], place: 'entry' | 'top'): Readonly<Record<string, z.ZodType>> {
  const placed = options.filter(({ inFile = 'entry' }) => inFile === place || inFile === 'both');
  return Object.fromEntries(placed.map((option) => [nameKey(option.name), TYPES[option.kind].optional()]));
}

/** One service of a list; `place`: the keys that say where it is. */
function describeEntry(options: readonly Option[], place: Readonly<Record<string, z.ZodType>>): z.ZodObject {
  const keys = { service: text, ...place, ...listKeysOf(options, 'entry'), credentials: credentials.optional() };
  return z.strictObject(keys, { error: 'write a map such as { service: redis, port: 6379 }' });
}

const announceEntry = describeEntry(ANNOUNCE_OPTIONS, { host: text.optional(), port: text.optional() });
const proxyEntry = describeEntry(PROXY_OPTIONS, { port: text.optional() });
const agentEntry = z.strictObject(listKeysOf(AGENT_OPTIONS, 'entry'), { error: 'write a map, {} for its usual place' });
const dnsEntry = z.strictObject(listKeysOf(DNS_OPTIONS, 'entry'), { error: 'write a map, {} for its usual place' });
const meshEntry = z.strictObject({ keyFile: text }, { error: 'write a map such as { keyFile: ./mesh.key }' });

/** The file of CONTRACT 5, without what this version refuses. */
export const configSchema: z.ZodObject = z.strictObject({
  ...listKeysOf(FILE_OPTIONS, 'top'),
  mesh: meshEntry.optional(),
  announce: z.array(announceEntry, { error: 'write a list of services, each with a leading "-"' }).optional(),
  proxy: z.array(proxyEntry, { error: 'write a list of services, each with a leading "-"' }).optional(),
  agent: agentEntry.optional(),
  dns: dnsEntry.optional(),
});

const KEYS_BY_SECTION: Readonly<Record<string, readonly string[]>> = {
  announce: Object.keys(announceEntry.shape),
  proxy: Object.keys(proxyEntry.shape),
  mesh: Object.keys(meshEntry.shape),
  agent: Object.keys(agentEntry.shape),
  dns: Object.keys(dnsEntry.shape),
};

/** The keys that may stand at this path. */
export function listKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path[2] === 'credentials') return CREDENTIAL_KEYS;
  return KEYS_BY_SECTION[String(path[0])] ?? Object.keys(configSchema.shape);
}
