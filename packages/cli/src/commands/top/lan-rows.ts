import type { LanStatus } from '../../process/lan-status.ts';
import type { RatedRow } from './rates.ts';

/** What machines announce, and where their proxies' connections go; both as far as the process that was asked may know. */
export function listLanRows({ machines, links }: LanStatus): readonly RatedRow[] {
  const names = new Map(machines.map(({ id, name }) => [id, name]));
  const instances = new Map(
    machines.flatMap(({ services }) => services.map(({ id, instance }): [string, string] => [id, instance])),
  );
  const nothing = { since: '', pid: 0, listed: [] };
  return [
    ...machines.flatMap(({ name: machine, services }) =>
      // What a proxy alone knows of stands where its connections go.
      services
        .filter(({ state }) => state !== 'known')
        .map(
          ({ service, instance, port, state }): RatedRow => ({
            ...nothing,
            machine,
            service,
            role: 'announce',
            where: `${instance} :${port}`,
            state,
            ready: state === 'announced',
            rates: undefined,
          }),
        ),
    ),
    ...links.map(
      ({ from, to, target, service, state, active, total, connectionsPerSecond, bytesPerSecond }): RatedRow => ({
        ...nothing,
        machine: names.get(from) ?? from,
        service,
        role: 'proxy',
        where: `> ${names.get(to) ?? to}: ${instances.get(target) ?? target}`,
        state,
        ready: state === 'ready' || state === 'stale',
        connections: { active, total },
        rates: { connections: connectionsPerSecond, bytes: bytesPerSecond },
      }),
    ),
  ];
}
