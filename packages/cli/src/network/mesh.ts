import type { Endpoint, EndpointDialler, MembershipJudge } from '@mdns-ambassador/ambassador';
import type { DialService } from '@mdns-ambassador/checks';
import { type Instance, readTxtText, systemClock } from '@mdns-ambassador/mdns';
import { explainStranger, Mesh, MeshDialler, PATIENCE_MS, verifyTxt } from '@mdns-ambassador/mesh';
import { describeQuarantine } from '../output/mesh-lines.ts';
import type { Reporter } from '../output/reporter.ts';
import type { MeshRequest } from '../requests/mesh-request.ts';

/** Undefined in open mode. */
export function createMesh(request: MeshRequest | undefined): Mesh | undefined {
  return request === undefined ? undefined : new Mesh(request.ring, { clock: systemClock });
}

/** How the endpoints of one service are dialled through a mesh. */
export interface MeshPath {
  readonly dialler: EndpointDialler;
  readonly dialForCheck: DialService;
  /** Whether somebody there has proved to be a member. */
  readonly isProven: (address: string, port: number) => boolean;
}

export function createMeshPath(mesh: Mesh, service: string, reporter: Reporter): MeshPath {
  const dialler = new MeshDialler({
    mesh,
    service,
    onQuarantine: (event) => reporter.tell(describeQuarantine(event), { event: 'quarantined', ...event }),
  });
  return {
    dialler: {
      startDial: (target, timeoutMs, onSettled, endpoint: Endpoint) =>
        dialler.startDial(target, timeoutMs, onSettled, endpoint.mesh),
      patienceMs: PATIENCE_MS,
      close: () => dialler.close(),
    },
    dialForCheck: (target, signal) => dialler.dial(target, signal),
    isProven: (address, port) => dialler.isProven({ kind: 'tcp', address, port }),
  };
}

/** Tells members by what their TXT records show. */
export function createMembershipJudge(mesh: Mesh, service: string): MembershipJudge {
  const look = ({ name, host, port, txt }: Instance): Parameters<typeof verifyTxt> => [
    mesh.txtKeys(service),
    { service, instance: name, host, port, draining: readTxtText(txt, 'st') === 'drain' },
    (key) => readTxtText(txt, key),
    Date.now(),
  ];
  return {
    judge: (instance) => verifyTxt(...look(instance)),
    explain: (instance) => explainStranger(...look(instance)),
    onChange: (listener) => mesh.onChange(listener),
  };
}
