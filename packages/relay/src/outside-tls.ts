/**
 * Calls back once OpenSSL has returned. Node tells of the end of a handshake, and runs every promise that waits for it, while OpenSSL
 * is still at it; a TLS socket that is destroyed there after the connection below it frees what OpenSSL goes on with, and the process
 * ends with SIGSEGV.
 */
export function outsideTls(act: () => void): void {
  setImmediate(act);
}
