/** One case of a compliance suite: a sentence about behaviour, and how to check it; to be handed to a test runner. */
export interface SuiteCase {
  readonly name: string;
  run(): Promise<void>;
}
