/** That the server will stop. */
export interface PlannedStop {
  /** Clock.now(). */
  readonly at: number;
  readonly reason: string;
  readonly isRestart: boolean;
}
