import { MdnsError } from './mdns-error.ts';
import type { ServiceOptions } from './publication.ts';
import { typeOfName } from './rules/service-name.ts';
import { isServiceType } from './service-type.ts';
import { encodeTxt } from './txt.ts';
import { MAX_LABEL_BYTES } from './wire/limits.ts';
import { parseName } from './wire/name.ts';

const MAX_UINT16 = 65_535;
/** RFC 2181 8 */
const MAX_TTL_SECONDS = 2 ** 31 - 1;

/** Throws an {@link MdnsError} for what can't be published: it would leave as a packet that nobody can read. */
export function validateService(service: ServiceOptions): void {
  validateInstanceName(service.name);
  // As strict as RFC 6763 7 is with who announces.
  if (!isServiceType(service.type)) throw badType(service.type);
  if (service.alias !== undefined) validateLabel('alias', service.alias);
  for (const subtype of service.subtypes ?? []) validateLabel('subtype', subtype);
  validateInteger('port', service.port, 1, MAX_UINT16);
  validateInteger('priority', service.priority ?? 0, 0, MAX_UINT16);
  validateInteger('weight', service.weight ?? 0, 0, MAX_UINT16);
  validateInteger('TTL', service.ttl ?? 1, 1, MAX_TTL_SECONDS);
  encodeTxt(service.txt ?? new Map());
}

/** Throws an {@link MdnsError} for what can't be the name of a type. Many devices announce longer ones than RFC 6763 7 allows, or others. */
export function validateBrowsedType(type: string): void {
  const labels = parseName(type);
  if (typeOfName([...labels, 'local']) === undefined) throw badType(type);
  for (const label of labels) validateLabel('service type', label);
}

function badType(type: string): MdnsError {
  return new MdnsError('bad-type', `${JSON.stringify(type)} is no service type; write one like "_redis._tcp".`);
}

/** One label of UTF-8 (RFC 6763 4.1.1). */
export function validateLabel(what: string, label: string): void {
  const bytes = new TextEncoder().encode(label).length;
  if (bytes === 0) throw new MdnsError('bad-name', `The ${what} is empty; give one.`);
  if (bytes > MAX_LABEL_BYTES) {
    throw new MdnsError('bad-name', `The ${what} "${label}" takes ${bytes} bytes; shorten it to ${MAX_LABEL_BYTES}.`);
  }
}

/** RFC 6763 4.1.1: no ASCII control characters. */
function validateInstanceName(name: string): void {
  validateLabel('instance name', name);
  if (![...name].some((character) => character < ' ' || character === '\x7f')) return;
  throw new MdnsError(
    'bad-name',
    `The instance name ${JSON.stringify(name)} holds control characters; leave them out.`,
  );
}

function validateInteger(what: string, value: number, least: number, greatest: number): void {
  if (Number.isInteger(value) && value >= least && value <= greatest) return;
  const code = what === 'port' ? 'bad-port' : 'bad-number';
  throw new MdnsError(code, `The ${what} ${value} is none; write a whole number from ${least} to ${greatest}.`);
}
