/** Of a node's path; what a node may be called is up to the server beyond that. */
const MOST_BYTES = 1_024;

/**
 * Whether a text is the absolute path of a node other than the root: `/services/redis`, without empty or relative parts and
 * without control characters.
 */
export function isNodePath(text: string): boolean {
  if (!text.startsWith('/') || Buffer.byteLength(text) > MOST_BYTES) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (/[\u0000-\u001f\u007f-\u009f\ufff0-\uffff]/.test(text)) return false;
  return text
    .slice(1)
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..');
}
