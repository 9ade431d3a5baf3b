import { listHostileDocuments } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { readContainerList, readInspection } from '../../src/docker/container.ts';
import { reconcile } from '../../src/docker/reconcile.ts';

const LISTED = {
  Id: 'c1',
  Names: ['/web'],
  Image: 'web',
  Labels: { 'ambassador.service': 'web', 'ambassador.80.check': 'http:/health', 'ambassador.meta.env': 'x' },
  State: 'running',
  Status: 'Up 3 seconds (healthy)',
  Ports: [{ IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }],
  NetworkSettings: { Networks: { bridge: { IPAddress: '172.17.0.2' } } },
  HostConfig: { NetworkMode: 'default' },
};
const INSPECTED = { Config: { Env: ['SERVICE_80_NAME=web'], ExposedPorts: { '80/tcp': {} }, StopSignal: 'SIGTERM' } };
const NEIGHBOUR = JSON.stringify({ ...LISTED, Id: 'c2', Names: ['/neighbour'] });

test('a container of which the daemon tells anything in one place takes nothing from the others', () => {
  const inspected = readInspection(INSPECTED);
  for (const text of listHostileDocuments(LISTED)) {
    const containers = readContainerList(JSON.parse(`[${text},${NEIGHBOUR}]`)).map((one) => ({ ...one, ...inspected }));
    const { wanted } = reconcile(containers, { leaving: new Set(), hostName: 'h1', isNear: () => true });
    expect(wanted.map(({ containerId }) => containerId)).toContain('c2');
  }
});

test('what is asked for of a container may hold anything', () => {
  for (const text of listHostileDocuments(INSPECTED)) {
    const { variables, exposedPorts, stopSignal } = readInspection(JSON.parse(text));
    expect([variables instanceof Map, Array.isArray(exposedPorts), typeof stopSignal]).toEqual([true, true, 'string']);
  }
});
