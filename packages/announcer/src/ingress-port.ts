/**
 * So far above the service's own port: 6379 is reached at 21379. For services below 17,768 that is below what systems give out by themselves
 * (32,768 and more), and taken by nothing well known.
 */
const OFFSET = 15_000;
const HIGHEST_PORT = 65_535;

/** Where others reach a service that is relayed, unless that port is taken: the same at each start, to be written down elsewhere. */
export function chooseIngressPort(servicePort: number): number {
  const port = servicePort + OFFSET;
  return port <= HIGHEST_PORT ? port : servicePort - OFFSET;
}
