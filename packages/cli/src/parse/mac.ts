import { InvalidValue } from '../exit/cli-error.ts';

const MAC = /^([0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}$/i;
const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const NOBODY = '00:00:00:00:00:00';

/** `02:0a:00:00:00:01` of `2-A-0-0-0-1`; undefined for what is no hardware address of one machine. */
export function readMac(text: string): string | undefined {
  if (!MAC.test(text)) return undefined;
  const mac = text
    .toLowerCase()
    .split(/[:-]/)
    .map((byte) => byte.padStart(2, '0'))
    .join(':');
  return mac === BROADCAST || mac === NOBODY ? undefined : mac;
}

/** `--wake`: a hardware address, or `auto`. */
export function parseWake(text: string): string {
  const mac = text === 'auto' ? text : readMac(text);
  if (mac !== undefined) return mac;
  throw new InvalidValue(
    `"${text}" is no hardware address; write it as in 02:0a:00:00:00:01, or auto to have it learned`,
  );
}
