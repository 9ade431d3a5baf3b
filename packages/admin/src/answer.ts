import { findRefusal, type RequestOrigin } from './access.ts';
import { DASHBOARD_POLICY } from './dashboard-assets.ts';
import { escapeUnprintable } from './printable.ts';

/** A request, without what nobody asks about. */
export interface AdminRequest extends RequestOrigin {
  readonly method: string;
  /** As it was sent: `/v1/status?pretty`. */
  readonly target: string;
  readonly hasBody: boolean;
  /** The Accept header. */
  readonly accept: string | undefined;
}

/** What the paths show; each is asked when its path is. */
export interface AdminPages {
  /** Empty when ready. */
  unready(): readonly string[];
  /** In the format that this Accept header asks for. */
  metrics(accept: string | undefined): Promise<{ readonly contentType: string; readonly text: string }>;
  /** JSON. */
  status(): string;
  /** JSON: what Prometheus may ask, of these services or of all. */
  targets(services: readonly string[]): string;
  /** JSON: the whole network, for which is looked, as it is known without that, and what this process shows of itself. */
  lan(): string;
  known(): string;
  shown(): string;
  /** HTML. */
  dashboard(): string;
  /** Whether another client may follow the events of this process, or the picture of the network. */
  canFollow(what: Followed): boolean;
}

type Followed = 'events' | 'lan';

export type HttpAnswer =
  | {
      readonly kind: 'text';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The events follow, until one of both leaves. */
  | { readonly kind: 'events'; readonly what: Followed; readonly headers: Readonly<Record<string, string>> };

/** On every answer: it is for who asked, now, and for no other page. */
const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  Connection: 'close',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};
const PLAIN = 'text/plain; charset=utf-8';
const METHODS: readonly string[] = ['GET', 'HEAD'];

/** CONTRACT 3. Who may not ask is refused before anything else is looked at. */
export async function answerRequest(request: AdminRequest, pages: AdminPages): Promise<HttpAnswer> {
  const refusal = findRefusal(request);
  if (refusal !== undefined) return say(403, refusal);
  if (!METHODS.includes(request.method))
    return say(405, 'only GET and HEAD are answered', { Allow: METHODS.join(', ') });
  if (request.hasBody) return say(413, 'requests with a body are not answered');
  const [path, query = ''] = request.target.split('?', 2);
  switch (path) {
    case '/healthz':
      return say(200, 'ok');
    case '/readyz': {
      const unready = pages.unready();
      return unready.length === 0 ? say(200, 'ready') : say(503, `not ready: ${unready.join('; ')}`);
    }
    case '/metrics': {
      const { contentType, text } = await pages.metrics(request.accept);
      return show(contentType, text, { Vary: 'Accept' });
    }
    case '/v1/status':
      return show('application/json; charset=utf-8', pages.status());
    case '/v1/http_sd':
      return show(
        'application/json; charset=utf-8',
        pages.targets(new URLSearchParams(query).getAll('service').map((service) => service.toLowerCase())),
      );
    case '/v1/events':
      return follow('events', pages);
    case '/v1/lan':
      return show('application/json; charset=utf-8', pages.lan());
    case '/v1/lan/known':
      return show('application/json; charset=utf-8', pages.known());
    case '/v1/lan/self':
      return show('application/json; charset=utf-8', pages.shown());
    case '/v1/lan/events':
      return follow('lan', pages);
    case '/':
      return show('text/html; charset=utf-8', pages.dashboard(), { 'Content-Security-Policy': DASHBOARD_POLICY });
    default:
      return say(
        404,
        'there is /healthz, /readyz, /metrics, /v1/status, /v1/http_sd, /v1/events, /v1/lan, /v1/lan/events and /',
      );
  }
}

function follow(what: Followed, pages: AdminPages): HttpAnswer {
  if (!pages.canFollow(what)) return say(503, 'too many clients follow the events', { 'Retry-After': '10' });
  return { kind: 'events', what, headers: { ...COMMON_HEADERS, 'Content-Type': 'text/event-stream; charset=utf-8' } };
}

function show(contentType: string, body: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { kind: 'text', status: 200, headers: { ...COMMON_HEADERS, 'Content-Type': contentType, ...headers }, body };
}

function say(status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return {
    kind: 'text',
    status,
    headers: { ...COMMON_HEADERS, 'Content-Type': PLAIN, ...headers },
    body: `${escapeUnprintable(sentence)}\n`,
  };
}
