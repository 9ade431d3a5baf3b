const URL_OF_PORT = /^(?:tcp|udp|sctp):\/\//;
/** What else follows the name of a service. */
const ENDING = /^(?<service>.+?)_(?:SERVICE_(?:HOST|PORT(?:_.+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;

/**
 * Whether a variable tells where a service is, as Kubernetes writes it for each service of a namespace and Docker for a link: a service
 * `ambassador-peer` has AMBASSADOR_PEER_PORT=tcp://10.0.0.1:5350, which a pod may set to a port of its own.
 */
export function isOfService(name: string, env: NodeJS.ProcessEnv): boolean {
  if (name.endsWith('_PORT') && URL_OF_PORT.test(env[name] ?? '')) return true;
  const service = ENDING.exec(name)?.groups?.service;
  if (service === undefined) return false;
  return env[`${service}_SERVICE_HOST`] !== undefined || URL_OF_PORT.test(env[`${service}_PORT`] ?? '');
}
