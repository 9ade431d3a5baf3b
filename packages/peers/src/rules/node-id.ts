const NODE = /^[0-9a-f]{16}$/;

/** 16 hexadecimal digits, as `drawId` draws them. */
export function isNode(value: unknown): value is string {
  return typeof value === 'string' && NODE.test(value);
}
