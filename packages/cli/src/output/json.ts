import { Buffer } from 'node:buffer';
import { type Instance, serviceOf, type Txt } from '@mdns-ambassador/mdns';

/** CONTRACT 2; the order of the keys is the contract's. */
export interface InstanceJson {
  readonly service: string;
  readonly instance: string;
  readonly type: string;
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly txt: Readonly<Record<string, TxtValueJson>>;
  readonly priority: number;
  readonly weight: number;
  readonly secure: boolean;
  readonly source: string;
}

/** Text, bytes that are no UTF-8, or a key without a value. */
export type TxtValueJson = string | { readonly base64: string } | true;

/** `secure`: its record is signed by a member of our mesh. */
export function instanceToJson(instance: Instance, secure: boolean): InstanceJson {
  return {
    service: serviceOf(instance.type),
    instance: instance.name,
    type: instance.type,
    host: instance.host,
    port: instance.port,
    addresses: listAddresses(instance),
    txt: txtToJson(instance.txt),
    priority: instance.priority,
    weight: instance.weight,
    secure,
    source: 'mdns',
  };
}

/** Each address once, in the instance's order. */
export function listAddresses(instance: Instance): readonly string[] {
  return [...new Set(instance.addresses.map((one) => one.address))];
}

export function txtToJson(txt: Txt): Readonly<Record<string, TxtValueJson>> {
  const entries = [...txt].map(([key, value]) => [key, value === true ? true : decodeValue(value)] as const);
  // Not an assignment: `__proto__` is a key like any other.
  return Object.fromEntries(entries);
}

function decodeValue(bytes: Uint8Array): TxtValueJson {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}
