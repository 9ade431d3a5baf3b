/** What listens for a further service takes as much as these connections: a socket in each family, and a check's. */
const PLACES_OF_A_SHARE = 2;
/** So much of its equal part a share has for itself; who comes first has the rest. */
const KEPT_PART = 1 / 2;

/** A service's part of the room. */
export interface Share {
  /** What is kept for this share, whatever the others do. */
  readonly kept: number;
  /** Takes a place. Undefined where there is none; else a function that gives it back, once. */
  enter(): (() => void) | undefined;
  /** What was kept for it is the others' now; its places are its own until they are given back. Idempotent. */
  close(): void;
}

/**
 * The connections that one process has room for, shared by its services: none of them takes what is kept for another, and alone a
 * service has it all. A place is two files: the client's socket, and the one to the service or the peer.
 */
export class Room {
  readonly #places: number;
  readonly #shares = new Set<OpenShare>();
  /** Of open shares and of closed ones. */
  #taken = 0;

  /** `places`: see `connectionLimit`. */
  constructor(places: number) {
    this.#places = places;
  }

  /** Over all shares. */
  get places(): number {
    const further = Math.max(0, this.#shares.size - 1) * PLACES_OF_A_SHARE;
    return Math.max(1, this.#places - further);
  }

  get taken(): number {
    return this.#taken;
  }

  open(): Share {
    const share = new OpenShare(this);
    this.#shares.add(share);
    return share;
  }

  /** What each open share has for itself. Where there are more shares than places, nothing is kept for any. */
  keptForEach(): number {
    const shares = Math.max(1, this.#shares.size);
    if (shares === 1) return this.places;
    return Math.max(Math.floor(this.places / shares) < 1 ? 0 : 1, Math.floor((this.places / shares) * KEPT_PART));
  }

  hasPlaceFor(share: OpenShare): boolean {
    const free = this.places - this.#taken;
    const kept = this.keptForEach();
    if (free <= 0) return false;
    if (share.isOpen && share.taken < kept) return true;
    let keptForOthers = 0;
    for (const other of this.#shares) if (other !== share) keptForOthers += Math.max(0, kept - other.taken);
    return free > keptForOthers;
  }

  count(change: 1 | -1): void {
    this.#taken += change;
  }

  forget(share: OpenShare): void {
    this.#shares.delete(share);
  }
}

class OpenShare implements Share {
  readonly #room: Room;
  taken = 0;
  isOpen = true;

  constructor(room: Room) {
    this.#room = room;
  }

  get kept(): number {
    return this.#room.keptForEach();
  }

  enter(): (() => void) | undefined {
    if (!this.#room.hasPlaceFor(this)) return undefined;
    this.#count(1);
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      this.#count(-1);
    };
  }

  close(): void {
    this.isOpen = false;
    this.#room.forget(this);
  }

  #count(change: 1 | -1): void {
    this.taken += change;
    this.#room.count(change);
  }
}
