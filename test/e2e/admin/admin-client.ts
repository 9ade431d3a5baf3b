import type { Host } from '@mdns-ambassador/testkit';

export const ADMIN_PORT = 9901;
export const ADMIN_ADDRESS: string = `127.0.0.1:${ADMIN_PORT}`;

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Asks the admin of a host with curl; further arguments are curl's. */
export async function askAdmin(host: Host, path: string, ...args: readonly string[]): Promise<HttpAnswer> {
  const url = `http://${ADMIN_ADDRESS}${path}`;
  const output = await host.read('curl', ['-sS', '--max-time', '60', '-w', '\n%{http_code}', ...args, url]);
  const end = output.lastIndexOf('\n');
  return { status: Number(output.slice(end + 1)), body: output.slice(0, end) };
}

/** Waits until `/readyz` says so. */
export async function untilReadiness(host: Host, status: 200 | 503): Promise<void> {
  const ask = `curl -s -o /dev/null -w '%{http_code}' http://${ADMIN_ADDRESS}/readyz`;
  await host.until(`[ "$(${ask})" = ${status} ]`);
}

/** The value of one line of `/metrics`. */
export function readMetric(metrics: string, series: string): number | undefined {
  const line = metrics.split('\n').find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
