import type { Container } from '../../src/docker/container.ts';

/** A healthy container `web` that publishes port 8000 at 32768. */
export function createContainer(changes: Partial<Container> = {}): Container {
  return {
    id: 'c1',
    name: 'web',
    image: 'registry.example.com/team/web:1.2',
    labels: new Map(),
    variables: new Map(),
    state: 'running',
    health: 'none',
    ports: [{ privatePort: 8000, publicPort: 32_768, hostAddress: '0.0.0.0' }],
    exposedPorts: [8000],
    addresses: ['172.17.0.2'],
    isOnHostNetwork: false,
    sharesNetworkOf: undefined,
    stopSignal: 'SIGTERM',
    ...changes,
  };
}

/** As `GET /containers/json` has it. */
export function listedJson(id: string, changes: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    Id: id,
    Names: [`/${id}`],
    Image: 'web',
    Labels: { 'ambassador.service': 'web' },
    State: 'running',
    Status: 'Up 3 seconds',
    Ports: [
      { IP: '0.0.0.0', PrivatePort: 8000, PublicPort: 8000, Type: 'tcp' },
      { IP: '0.0.0.0', PrivatePort: 53, PublicPort: 53, Type: 'udp' },
      { PrivatePort: 9000, Type: 'tcp' },
    ],
    HostConfig: { NetworkMode: 'default' },
    NetworkSettings: { Networks: { bridge: { IPAddress: '172.17.0.2' } } },
    ...changes,
  };
}
