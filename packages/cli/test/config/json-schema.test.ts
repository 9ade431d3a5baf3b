import { expect, test } from 'vitest';
import { createJsonSchema } from '../../src/config/json-schema.ts';

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
