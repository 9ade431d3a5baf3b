/** What this process knows of what keepers of its mesh have said; it takes in nothing that none of them has signed. */
export interface NoticeBoard {
  /** Stands for all of it, and is the same wherever the same is known; `0` where nobody said anything. */
  readonly digest: string;
  readonly texts: readonly string[];
  /** Takes in what somebody told; `forged` counts what no keeper has signed. */
  take(texts: readonly string[]): { readonly forged: number };
  /** Calls back whenever it is another; the returned function ends that. */
  onChange(listener: () => void): () => void;
}
