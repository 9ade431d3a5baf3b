import { listVariables } from '../../output/variables.ts';
import { HEADING, type RenderedService } from './rendered-service.ts';

/** A file of variables: for `. FILE` in a shell, systemd's EnvironmentFile= and docker's --env-file. */
export function renderEnv(services: readonly Pick<RenderedService, 'service' | 'endpoints'>[]): string {
  const lines = services.flatMap(({ service, endpoints }) => listVariables(service, endpoints));
  return [HEADING, ...lines, ''].join('\n');
}
