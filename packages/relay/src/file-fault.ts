/** What keeps a file from being written, and what to do, for people. `code`: what the system answered; an unusual one is named. */
export function describeFileFault(code: string): string {
  switch (code) {
    case 'ENOENT':
      return 'a part of its path leads nowhere; name another place';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of its path is no folder; name another place';
    case 'EISDIR':
      return 'it is a folder; name another place';
    case 'ENAMETOOLONG':
      return 'its path is too long; name another place';
    case 'EROFS':
      return 'the disk is read-only; name another place';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; make room there, or name another place';
    default:
      return code;
  }
}
