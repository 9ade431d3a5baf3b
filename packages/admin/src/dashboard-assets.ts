import { createHash } from 'node:crypto';
import { DASHBOARD_STYLE } from './dashboard-style.ts';
import { PAGE_SCRIPT } from './page-script.ts';

/** Nothing runs, loads or frames the page but what stands here; no text from the network can add to it. */
export const DASHBOARD_POLICY: string = [
  "default-src 'none'",
  `style-src ${hashSource(DASHBOARD_STYLE)}`,
  `script-src ${hashSource(PAGE_SCRIPT)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
