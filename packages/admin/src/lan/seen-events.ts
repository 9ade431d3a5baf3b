/** Facts by which what a process shows of itself is another, in more than its numbers: a look tells of them by itself. */
export const SEEN_EVENTS: readonly string[] = [
  'endpoint-added',
  'endpoint-updated',
  'endpoint-removed',
  'endpoint-state',
  'announced',
  'check-failed',
  'withdrawn',
];
