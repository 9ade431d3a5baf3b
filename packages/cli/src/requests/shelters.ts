import { resolve } from 'node:path';
import type { Shelter } from '@mdns-ambassador/relay';

/** Where Docker and Podman mount secrets. */
const CONTAINER_SECRETS = '/run/secrets';
const ROOT = 0;

/** The folders in which the system keeps secrets for this process. */
export function listShelters(env: NodeJS.ProcessEnv): readonly Shelter[] {
  const systemd = env.CREDENTIALS_DIRECTORY ?? '';
  return [...(systemd === '' ? [] : [{ folder: resolve(systemd) }]), { folder: CONTAINER_SECRETS, owner: ROOT }];
}
