import type { EndpointStatus } from '@mdns-ambassador/ambassador';
import type { Target } from '@mdns-ambassador/relay';

/** One service of a file that is rendered. */
export interface RenderedService {
  readonly service: string;
  /** Where the other program is to listen for it; of no interest to `env`. */
  readonly listen: readonly Target[];
  /** In the order in which they would be tried. */
  readonly endpoints: readonly EndpointStatus[];
}

/** What stands at the top of every rendered file. */
export const HEADING = '# Written by ambassador render. Changes are lost when it is written again.';
