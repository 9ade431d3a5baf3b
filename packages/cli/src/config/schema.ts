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
function typeOf({ kind }: Option): z.ZodType {
  switch (kind) {
    case 'flag':
      return flag;
    case 'text':
      return text;
    case 'list':
      return texts;
    case 'pairs':
      return pairs;
    default:
      return kind satisfies never;
  }
}

function listKeysOf(options: readonly Option[], place: 'entry' | 'top'): Readonly<Record<string, z.ZodType>> {
  const placed = options.filter(({ inFile = 'entry' }) => inFile === place || inFile === 'both');
  return Object.fromEntries(placed.map((option) => [nameKey(option.name), typeOf(option).optional()]));
}

const ENTRY = { error: 'write a map such as { service: redis, port: 6379 }' };

const announceEntry = z.strictObject(
  {
    service: text,
    host: text.optional(),
    port: text.optional(),
    ...listKeysOf(ANNOUNCE_OPTIONS, 'entry'),
    credentials: credentials.optional(),
  },
  ENTRY,
);

const proxyEntry = z.strictObject(
  {
    service: text,
    port: text.optional(),
    ...listKeysOf(PROXY_OPTIONS, 'entry'),
    credentials: credentials.optional(),
  },
  ENTRY,
);

const agentEntry = z.strictObject(listKeysOf(AGENT_OPTIONS, 'entry'), { error: 'write a map, {} for its usual place' });
const dnsEntry = z.strictObject(listKeysOf(DNS_OPTIONS, 'entry'), { error: 'write a map, {} for its usual place' });
const meshEntry = z.strictObject({ keyFile: text }, { error: 'write a map such as { keyFile: ./mesh.key }' });

/** The file of CONTRACT 5, without what this version refuses. */
export const configSchema: z.ZodObject = z.strictObject({
  ...listKeysOf([...COMMON_OPTIONS, ...ANNOUNCE_OPTIONS, ...PROXY_OPTIONS, ...AGENT_OPTIONS, ...DNS_OPTIONS], 'top'),
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
