/** RFC 6763 4.1.1: the instance is one DNS label, 63 bytes of UTF-8 at most. */
const MAX_LABEL_BYTES = 63;

const encoder = new TextEncoder();
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The name, cut after the last whole character that fits a DNS label beside `reserved` bytes. */
export function trimInstanceName(name: string, reserved: number = 0): string {
  const limit = MAX_LABEL_BYTES - reserved;
  if (byteLength(name) <= limit) return name;
  let trimmed = '';
  for (const { segment } of characters.segment(name)) {
    if (byteLength(trimmed + segment) > limit) break;
    trimmed += segment;
  }
  return trimmed.trimEnd();
}

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
