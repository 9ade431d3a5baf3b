import type { Host } from '@mdns-ambassador/testkit';

/** What `up` is told with --config. */
export const CONFIGURATION_FILE = '/run/ambassador.yaml';

/** Written beside it and renamed over it: whoever follows the file never sees half of it. */
export async function writeConfiguration(host: Host, text: string): Promise<void> {
  await host.read('tee', [`${CONFIGURATION_FILE}.new`], { input: text });
  await host.read('mv', [`${CONFIGURATION_FILE}.new`, CONFIGURATION_FILE]);
}
