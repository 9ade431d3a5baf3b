/** What JSON gives for an object. */
export type Unknowns = Readonly<Record<string, unknown>>;

const HIGHEST_PORT = 65_535;
/** Lists and objects within one another; of what is spoken, the deepest is the sixth. */
const MAX_DEPTH = 32;

/** Undefined where the text is no JSON object, or one that is so deep that whoever goes through it has no stack for that. Never throws. */
export function parseObject(text: string): Unknowns | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && isShallow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isShallow(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    if (level.length === 0) return true;
  }
  return false;
}

/** Neither a list nor null. */
export function isObject(value: unknown): value is Unknowns {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number that is counted exactly. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** RFC 2782: priority and weight. */
export function isRank(value: unknown): value is number {
  return isCount(value) && value <= HIGHEST_PORT;
}

/** One that can be dialled: 1 to 65535. */
export function isPort(value: unknown): value is number {
  return isRank(value) && value > 0;
}

export function isTextUpTo(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}

/** Those of a list that `read` reads, `most` at most; undefined where it is no list. */
export function readList<Item>(
  value: unknown,
  most: number,
  read: (item: unknown) => Item | undefined,
): readonly Item[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.slice(0, most).flatMap((item: unknown) => {
    const known = read(item);
    return known === undefined ? [] : [known];
  });
}

/** A text of a list, for `readList`. */
export function readTextUpTo(longest: number): (value: unknown) => string | undefined {
  return (value) => (isTextUpTo(value, longest) ? value : undefined);
}
