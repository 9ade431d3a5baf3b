import { z } from 'zod';
import { nameKey, type Option } from '../options/option.ts';
import { configSchema, FILE_OPTIONS, SECTION_OPTIONS } from './schema.ts';

/** What the keys mean that are no options. */
const KEY_SUMMARIES: Readonly<Record<string, string>> = {
  announce: 'Services of this machine that others on the network are told about',
  proxy: 'Services on the network that this machine is to have on localhost',
  agent: 'A socket on which containers are told what is on the network; {} for its usual place',
  dns: 'Names for what is known here, by unicast DNS; each proxied service listens on a loopback address of its own; {} for 127.0.0.1:5355 and ambassador.internal',
  service: 'Its name, such as redis',
  host: 'Where it listens, unless it is this machine',
  mesh: 'Members of this mesh alone serve and are served; without it anybody on the network is',
  keyFile: 'What ambassador mesh init or mesh token wrote; beside this file, unless it is an absolute path',
  port: 'announce: where it listens; proxy: the local port. Without one: the well-known one',
};

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  description?: string;
  enum?: readonly string[];
  type?: unknown;
}

/** JSON Schema (2020-12) of the configuration file, for editors: `# yaml-language-server: $schema=...`. */
export function createJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { target: 'draft-2020-12' });
  const file = schema as SchemaNode;
  describeKeys(file, FILE_OPTIONS);
  for (const [name, options] of Object.entries(SECTION_OPTIONS)) {
    const section = file.properties?.[name];
    describeKeys(section?.items ?? section, options);
  }
  return { $schema, title: 'ambassador.yaml', description: 'What ambassador up announces and proxies', ...schema };
}

function describeKeys(schema: SchemaNode | undefined, options: readonly Option[]): void {
  for (const [key, property] of Object.entries(schema?.properties ?? {})) {
    const option = options.find(({ name }) => nameKey(name) === key);
    const summary = KEY_SUMMARIES[key] ?? option?.summary;
    if (summary !== undefined) property.description = summary;
    if (option?.byDefault !== undefined) property.description += ` (default: ${option.byDefault})`;
    if (option?.choices === undefined || option.kind !== 'text') continue;
    property.enum = option.choices;
    delete property.type;
  }
}
