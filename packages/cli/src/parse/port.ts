import { InvalidValue } from '../exit/cli-error.ts';

const HIGHEST_PORT = 65_535;

export interface PortOptions {
  /** Whether 0 is taken, too, which lets the system choose. */
  readonly ephemeral?: boolean;
  /** What was written, where the port is a part of it. */
  readonly whole?: string;
}

/** A TCP port, 1..65535. */
export function parsePort(text: string, { ephemeral = false, whole = text }: PortOptions = {}): number {
  const lowest = ephemeral ? 0 : 1;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= lowest && port <= HIGHEST_PORT)) {
    const where = whole === text ? '' : ` in "${whole}"`;
    throw new InvalidValue(`"${text}"${where} is no port; write a number from ${lowest} to ${HIGHEST_PORT}`);
  }
  return port;
}
