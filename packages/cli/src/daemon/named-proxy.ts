import { type KnownProxy, ownLoopbackAddress } from '@mdns-ambassador/dns';

/** Its ports are another one each time, and its command's alone. */
const PRIVATE_COMMAND = 'run';

/** Whether the name of the service leads to this proxy of a process that runs `command`; of `run` those do that listen where the name always leads. */
export function isNamedBy(command: string, { service, addresses }: KnownProxy): boolean {
  return command !== PRIVATE_COMMAND || addresses.includes(ownLoopbackAddress(service));
}
