/** Nested so deep, it overflows the stack of what recurses into it. */
const DEEP = 12_000;

/** JSON of values that nobody expects, as text: some can't be written as values. */
const HOSTILE_VALUES: readonly string[] = [
  'null',
  'true',
  '-1',
  '0.5',
  '1e400',
  '99999999999999999999',
  '""',
  '"\\ud800"',
  '"\\u0000\\u001b[31m\\u202e"',
  `"${'x'.repeat(70_000)}"`,
  '[]',
  '{}',
  '[null,{},[]]',
  '{"toString":1,"valueOf":1,"toJSON":1}',
  '{"__proto__":{"toString":1,"length":-1},"constructor":null,"then":1}',
  `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
  `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
];

type Document = null | boolean | number | string | readonly Document[] | { readonly [key: string]: Document };

/**
 * JSON texts that are `good` but for one place, which holds what nobody expects there: each of its values in turn, itself included, and a
 * further key of each of its objects. No text is the same as another.
 */
export function listHostileDocuments(good: Document): readonly string[] {
  return [...new Set(HOSTILE_VALUES.flatMap((value) => replaceEach(good, value)))];
}

function replaceEach(good: Document, by: string): readonly string[] {
  if (Array.isArray(good)) {
    return [
      by,
      ...good.flatMap((member, index) => replaceEach(member, by).map((text) => `[${splice(good, index, text)}]`)),
    ];
  }
  if (typeof good !== 'object' || good === null) return [by];
  const members = Object.entries(good);
  const texts = members.map(([key, member]) => `${JSON.stringify(key)}:${JSON.stringify(member)}`);
  const changed = members.flatMap(([key, member], index) =>
    replaceEach(member, by).map((text) => `{${texts.with(index, `${JSON.stringify(key)}:${text}`).join()}}`),
  );
  const added = ['__proto__', 'further'].map((key) => `{${[...texts, `"${key}":${by}`].join()}}`);
  return [by, ...changed, ...added];
}

function splice(list: readonly Document[], index: number, text: string): string {
  return list.map((member, at) => (at === index ? text : JSON.stringify(member))).join();
}
