import { InvalidValue } from '../exit/cli-error.ts';

const HIGHEST_PORT = 65_535;

/** A TCP port, 1..65535; with `ephemeral` also 0, which lets the system choose. */
export function parsePort(text: string, options: { readonly ephemeral?: boolean } = {}): number {
  const lowest = options.ephemeral === true ? 0 : 1;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= lowest && port <= HIGHEST_PORT)) {
    throw new InvalidValue(`"${text}" is no port; write a number from ${lowest} to ${HIGHEST_PORT}`);
  }
  return port;
}
