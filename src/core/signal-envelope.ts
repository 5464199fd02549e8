/** What travels beside the payload of a signal with a key: Temporal knows that in one run only, and there may be more. */
export interface SignalEnvelope {
  key: string;
}
