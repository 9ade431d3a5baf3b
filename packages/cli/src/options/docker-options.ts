import type { Option } from './option.ts';

/** What `announce` and `agent` share. */
export const DOCKER_OPTIONS: readonly Option[] = [
  {
    name: 'docker',
    kind: 'flag',
    inFile: 'top',
    summary: 'Announce the containers of this host as their labels ask for (ambassador.service=NAME)',
  },
  {
    name: 'docker-socket',
    kind: 'text',
    inFile: 'top',
    summary: "Path of the Docker daemon's socket; it is only read",
    byDefault: 'DOCKER_HOST, else /var/run/docker.sock, on a Mac also that of Docker Desktop, colima or OrbStack',
  },
];
