/** What is missing for who is process 1 of a container and runs `what`; undefined for everybody else. */
export function describeMissingInit(pid: number, what: string): string | undefined {
  if (pid !== 1) return undefined;
  return `this is process 1, and nobody collects what ${what} leaves behind when it has ended; give the container an init: docker run --init, or init: true`;
}
