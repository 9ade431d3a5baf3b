/** What decides whether a request is answered. */
export interface RequestOrigin {
  /** Every Host header of the request. */
  readonly hosts: readonly string[];
  /** The Origin header, `null` among its values; undefined without one. */
  readonly origin: string | undefined;
  /** Fetch metadata: sent by browsers, and never by a page's own choice. */
  readonly fetchSite: string | undefined;
  readonly fetchDestination: string | undefined;
  /** The port that was connected to; undefined on a unix socket. */
  readonly localPort: number | undefined;
}

const DEFAULT_HTTP_PORT = 80;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Why a request is refused, for people; undefined when it is welcome. A page on the web can make a browser on this machine
 * connect here: under a name of its own that it points at 127.0.0.1 (DNS rebinding: the Host header tells), or across
 * origins (Origin tells, or Sec-Fetch-Site where a plain GET carries no Origin). A link that somebody follows is welcome.
 */
export function findRefusal(request: RequestOrigin): string | undefined {
  const { hosts, origin, fetchSite, fetchDestination, localPort } = request;
  const [host, ...others] = hosts;
  if (host === undefined || others.length > 0 || !isLoopbackHost(host, localPort)) {
    return 'the Host header is not this machine: open it as localhost, 127.0.0.1 or [::1], with the port it listens on';
  }
  if (origin !== undefined) return 'requests of web pages (with an Origin header) are not answered';
  const isForeign = fetchSite === 'cross-site' || fetchSite === 'same-site';
  if (isForeign && fetchDestination !== 'document') return 'requests of other web pages are not answered';
  return undefined;
}

/** `localhost:9901`, `127.0.0.1:9901`, `[::1]:9901`; on a unix socket, which no browser reaches, with any port or none. */
export function isLoopbackHost(host: string, localPort: number | undefined): boolean {
  const { name = '', port } = /^(?<name>.*?)(?::(?<port>\d{1,5}))?$/.exec(host)?.groups ?? {};
  if (!LOOPBACK_HOST.test(name)) return false;
  return localPort === undefined || Number(port ?? DEFAULT_HTTP_PORT) === localPort;
}
