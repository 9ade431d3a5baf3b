import { joinPublishers, Registrar, type RegistrarEvent } from '@mdns-ambassador/announcer';
import { type SystemNetwork, systemClock } from '@mdns-ambassador/mdns';
import { openRegistry } from '../network/registries.ts';
import { formatRegistry, type RegistrySpec } from '../parse/registry.ts';
import type { Speaker } from './speaker.ts';

/** A speaker that writes services into registries too, or into them alone. At least one of both must be there. */
export function addRegistrars(
  speaker: Speaker | undefined,
  specs: readonly RegistrySpec[],
  network: SystemNetwork,
  onEvent: (event: RegistrarEvent) => void,
): Speaker {
  const registrars = specs.map(
    (spec) =>
      new Registrar({
        name: formatRegistry(spec),
        registry: openRegistry(spec),
        folder: spec.kind === 'etcd' ? spec.prefix : spec.path,
        clock: systemClock,
        random: Math.random,
        interfaces: () => network.interfaces(),
        onEvent,
      }),
  );
  const [first, ...others] = [...(speaker === undefined ? [] : [speaker.publisher]), ...registrars];
  const [spec] = specs;
  if (first === undefined) throw new Error('nowhere to announce');
  return {
    network,
    publisher: joinPublishers(first, others),
    ...(speaker !== undefined || spec === undefined ? {} : { source: formatRegistry(spec) }),
    counters: () => speaker?.counters(),
    async start() {
      await speaker?.start();
      await Promise.all(registrars.map((registrar) => registrar.start()));
    },
    async close() {
      await Promise.all([speaker?.close(), ...registrars.map((registrar) => registrar.close())]);
    },
  };
}
