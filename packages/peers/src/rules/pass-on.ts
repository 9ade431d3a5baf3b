/** How many of those who could pass something on do: one may be lost. */
const VOICES = 2;

export interface PassOnQuestion {
  readonly self: string;
  /** Whose word it is. */
  readonly origin: string;
  /** Whom it may be told. */
  readonly listener: string;
  /** Whom the listener has links with. */
  readonly linksOfListener: ReadonlySet<string>;
  /** Whom the origin has links with; undefined where we have none with it. */
  readonly linksOfOrigin: ReadonlySet<string> | undefined;
  /** Who told us of it. */
  readonly teller: string;
}

/**
 * Whether we tell a listener what an origin said: only what it does not hear of the origin itself, and of those who have links with both
 * the first few by number. What came to us by another is passed on to those who do not hear that one.
 */
export function mayPassOn(question: PassOnQuestion): boolean {
  const { self, origin, listener, linksOfListener, linksOfOrigin, teller } = question;
  if (listener === origin || listener === teller || linksOfListener.has(origin)) return false;
  if (linksOfOrigin === undefined) return !linksOfListener.has(teller);
  let before = 0;
  for (const node of linksOfOrigin) {
    if (node < self && node !== listener && linksOfListener.has(node)) before += 1;
  }
  return before < VOICES;
}
