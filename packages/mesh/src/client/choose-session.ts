/** What is to be known of a connection to choose it for a new stream. */
export interface SessionCandidate {
  /** Streams that are open. */
  readonly size: number;
  readonly isOver: boolean;
  readonly isDraining: boolean;
  readonly isFull: boolean;
  readonly isCongested: boolean;
  readonly isSilent: boolean;
  readonly isBulk: boolean;
}

/** Connections that are kept for each place where nothing keeps streams waiting on any of them. */
const FEWEST = 2;
/** So many there are where streams carry bulk, for those that do not. */
const MOST = 4;
/** Those who do not answer count here alone: whoever is there may be another by now. */
const MOST_WITH_SILENT = 8;

/** The connection on which a new stream waits least; undefined where it is better to make another. Pure. */
export function chooseSession<S extends SessionCandidate>(sessions: readonly S[]): S | undefined {
  const usable = sessions.filter(isUsable);
  const answering = usable.filter(({ isSilent, isCongested }) => !isSilent && !isCongested);
  const calm = findEmptiest(answering.filter(({ isBulk }) => !isBulk));
  if (calm !== undefined) return calm;
  if (answering.length >= MOST) return findEmptiest(answering);
  return usable.length >= MOST_WITH_SILENT ? findEmptiest(usable) : undefined;
}

/** Whether another is to be made beside the clients' way. Pure. */
export function wantsAnother(sessions: readonly SessionCandidate[], opening: number): boolean {
  const answering = sessions.filter((session) => isUsable(session) && !session.isSilent);
  const calm = answering.filter(({ isBulk, isCongested }) => !isBulk && !isCongested);
  const notFull = sessions.filter(({ isFull }) => !isFull);
  return calm.length + opening < FEWEST && answering.length + opening < MOST && notFull.length < MOST_WITH_SILENT;
}

function isUsable({ isOver, isDraining, isFull }: SessionCandidate): boolean {
  return !isOver && !isDraining && !isFull;
}

function findEmptiest<S extends SessionCandidate>(sessions: readonly S[]): S | undefined {
  let emptiest: S | undefined;
  for (const session of sessions) if (emptiest === undefined || session.size < emptiest.size) emptiest = session;
  return emptiest;
}
