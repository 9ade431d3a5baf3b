/** Judges addresses; literal, link-local IPv6 with its zone. */
export interface AddressJudge {
  /** Whether who comes from there is let in, where nobody has to prove who he is. */
  mayLink(address: string): boolean;
  /** Whether a place that a peer tells of is dialled. */
  mayDial(address: string, tellerAddress: string): boolean;
  isOwn(address: string): boolean;
  /** A place that a person named is there: its network is one that was meant. */
  noteNamed(address: string): void;
  /** Whether an address that a member says of a service may be dialled. */
  isUsable(address: string, isFromThisHost: boolean): boolean;
}
