import type { Setup, SetupPlace } from './setup.ts';

export type Direction = 'install' | 'uninstall';

/** What is to be done, for people. */
export function describeSetup(
  setup: Setup,
  direction: Direction,
  { domain, address, port }: SetupPlace,
): readonly string[] {
  const { asker, file } = setup;
  const commands = setup[direction].map(formatCommand);
  const [first, ...rest] = [
    ...(file === undefined ? [] : [direction === 'install' ? `${file.path}:` : `rm ${file.path}`]),
    ...(file === undefined || direction === 'uninstall' ? [] : file.text.trimEnd().split('\n').map(indent)),
    ...commands,
  ];
  const purpose = direction === 'install' ? `asks ${address}, port ${port}, for ${domain} by` : 'is as it was by';
  return [
    `This machine looks up names with ${asker}, which ${purpose}`,
    ...[first ?? '', ...rest].map(indent),
    `ambassador dns --${direction} --write does it, as ${asker === 'Windows' ? 'administrator' : 'root'}.`,
  ];
}

/** As it would be typed. */
export function formatCommand(words: readonly string[]): string {
  return words.map((word) => (/^[\w./=-]+$/.test(word) ? word : `"${word}"`)).join(' ');
}

function indent(line: string): string {
  return `  ${line}`;
}
