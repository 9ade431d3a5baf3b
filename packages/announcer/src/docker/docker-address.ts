import { AnnouncerError } from '../announcer-error.ts';

/** Where the Docker daemon listens. */
export type DockerAddress =
  /** A unix socket, or a named pipe on Windows. */
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

const DEFAULT_SOCKET = '/var/run/docker.sock';
const DEFAULT_PIPE = '\\\\.\\pipe\\docker_engine';
const DEFAULT_TCP_PORT = 2375;

/** Where Docker Desktop, colima and OrbStack listen on a Mac, below the user's folder. */
const MACOS_SOCKETS = ['.docker/run/docker.sock', '.colima/default/docker.sock', '.orbstack/run/docker.sock'];

export interface DockerSurroundings {
  readonly platform: string;
  /** The user's folder. */
  readonly home: string;
  readonly exists: (path: string) => boolean;
}

/** DOCKER_HOST, or where the daemon is without it. Throws an {@link AnnouncerError} for what is not understood. */
export function parseDockerHost(text: string | undefined, surroundings: DockerSurroundings): DockerAddress {
  if (text === undefined || text === '') {
    return { kind: 'socket', path: findSocket(surroundings) };
  }
  const unix = /^unix:\/\/(\/.+)$/.exec(text)?.[1];
  if (unix !== undefined) return { kind: 'socket', path: unix };
  const pipe = /^npipe:\/\/(\/.+)$/.exec(text)?.[1];
  if (pipe !== undefined) return { kind: 'socket', path: pipe.replaceAll('/', '\\') };
  const tcp = /^(?:tcp|http):\/\/(\[[0-9a-f:]+\]|[^/:]+)(?::(\d{1,5}))?\/?$/i.exec(text);
  if (tcp !== null) {
    const [, host = '', port] = tcp;
    return { kind: 'tcp', host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? DEFAULT_TCP_PORT) };
  }
  throw new AnnouncerError(
    'INVALID_OPTION',
    `"${text}" is no address of a Docker daemon that can be used: write unix:///var/run/docker.sock or tcp://HOST:PORT`,
  );
}

function findSocket({ platform, home, exists }: DockerSurroundings): string {
  if (platform === 'win32') return DEFAULT_PIPE;
  if (platform !== 'darwin' || exists(DEFAULT_SOCKET)) return DEFAULT_SOCKET;
  return MACOS_SOCKETS.map((path) => `${home}/${path}`).find(exists) ?? DEFAULT_SOCKET;
}
