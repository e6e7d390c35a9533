/** How many of `memberCount` others have our line of this sequence. */
export interface DeliveryProgress {
  readonly sequence: number;
  readonly memberCount: number;
  readonly deliveredCount: number;
}
