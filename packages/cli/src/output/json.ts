import { type Instance, readService, txtToJson } from '@mdns-ambassador/mdns';

/** CONTRACT 2; the order of the keys is the contract's. `secure`: its record is signed by a member of our mesh. */
export function instanceToJson(instance: Instance, secure: boolean): object {
  return {
    service: readService(instance),
    instance: instance.name,
    type: instance.type,
    host: instance.host,
    port: instance.port,
    addresses: listAddresses(instance),
    txt: txtToJson(instance.txt),
    priority: instance.priority,
    weight: instance.weight,
    secure,
    source: instance.source ?? 'mdns',
  };
}

/** Each address once, in the instance's order. */
export function listAddresses(instance: Instance): readonly string[] {
  return [...new Set(instance.addresses.map((one) => one.address))];
}
