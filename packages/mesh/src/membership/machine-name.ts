/** Names that need no quoting in a certificate, a URI or a terminal. */
const NAME = /^(?=.{1,32}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;
const MAX_CHARACTERS = 32;

export function isMachineName(text: string): boolean {
  return NAME.test(text);
}

/** Any text, such as a host name, as a machine's name: its first label in lower case, `-` for what no name has; `machine` where nothing is left. */
export function foldMachineName(text: string): string {
  const [label = ''] = text.split('.');
  const folded = label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_CHARACTERS)
    .replace(/-+$/, '')
    .replace(/^-+/, '');
  return folded === '' ? 'machine' : folded;
}
