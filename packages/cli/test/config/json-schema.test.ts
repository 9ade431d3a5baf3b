import { expect, test } from 'vitest';
import { createJsonSchema } from '../../src/config/json-schema.ts';
import { AGENT_OPTIONS } from '../../src/options/agent-options.ts';
import { ANNOUNCE_OPTIONS } from '../../src/options/announce-options.ts';
import { COMMON_OPTIONS } from '../../src/options/common-options.ts';
import { DNS_OPTIONS } from '../../src/options/dns-options.ts';
import { nameKey, type Option } from '../../src/options/option.ts';
import { PROXY_OPTIONS } from '../../src/options/proxy-options.ts';

test('the schema that is shipped is the one that files are read by (vitest run -u writes it anew)', async () => {
  const text = `${JSON.stringify(createJsonSchema(), undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../schema/ambassador.schema.json');
});

test('every key that may stand in the file is described', () => {
  const undescribed: string[] = [];
  const look = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [key, property] of Object.entries(Reflect.get(schema, 'properties') ?? {})) {
      if (typeof Reflect.get(Object(property), 'description') !== 'string') undescribed.push(`${path}${key}`);
      look(Reflect.get(Object(property), 'items'), `${path}${key}.`);
    }
  };
  look(createJsonSchema(), '');
  expect(undescribed).toEqual([]);
});

/** By dots; `announce` and `proxy` are lists. */
function readKeys(path: string): readonly string[] {
  const section = path
    .split('.')
    .reduce<unknown>((schema, key) => Reflect.get(Object(schema), key), createJsonSchema());
  return Object.keys(Object(section));
}

test.each<[string, readonly Option[], string]>([
  ['announce', ANNOUNCE_OPTIONS, 'properties.announce.items.properties'],
  ['proxy', PROXY_OPTIONS, 'properties.proxy.items.properties'],
  ['agent', AGENT_OPTIONS, 'properties.agent.properties'],
  ['dns', DNS_OPTIONS, 'properties.dns.properties'],
])('every option of %s is a key of the file where it says so', (_, options, path) => {
  const [entry, top] = [readKeys(path), readKeys('properties')];
  expect(entry.length).toBeGreaterThan(2);
  for (const { name, inFile = 'entry' } of [...options, ...COMMON_OPTIONS]) {
    expect(entry.includes(nameKey(name)), `${name} in an entry`).toBe(inFile === 'entry' || inFile === 'both');
    // What is a flag of a command is a section of the file.
    if (name === 'dns') continue;
    expect(top.includes(nameKey(name)), `${name} at the top`).toBe(inFile === 'top' || inFile === 'both');
  }
});

test('what the file does not know is what makes no sense there', () => {
  const options = [...COMMON_OPTIONS, ...ANNOUNCE_OPTIONS, ...PROXY_OPTIONS, ...AGENT_OPTIONS];
  const unknown = new Set(options.filter(({ inFile }) => inFile === false).map(({ name }) => name));
  expect([...unknown]).toEqual(['config', 'mesh-key-file', 'on-demand', 'idle', 'json', 'dns', 'dns-listen']);
});
