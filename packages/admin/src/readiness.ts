import type { Snapshot } from './snapshot.ts';

/** Why this process should not be sent clients yet, or any more; empty when it is ready (CONTRACT 3, `/readyz`). */
export function listUnready({ phase, services, removedAs }: Snapshot): readonly string[] {
  switch (phase) {
    case 'starting':
      return ['not every listener is up yet'];
    case 'stopping':
      return ['stopping'];
    case 'running':
      if (removedAs !== undefined) return [`this machine (${removedAs}) was removed from the mesh`];
      return services
        .filter(({ endpoints }) => !endpoints.some(({ state }) => state !== 'ejected'))
        .map(({ service, endpoints }) =>
          endpoints.length === 0 ? `${service} has no endpoint` : `every endpoint of ${service} is ejected`,
        );
    default:
      return phase satisfies never;
  }
}
