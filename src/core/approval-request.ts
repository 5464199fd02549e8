/** What a workflow asks a person, as everybody who may decide sees it. */
export interface ApprovalRequest {
  /** By which the workflow knows it. */
  name: string;
  /** SHA-256 of what is to be approved; the decision has to name it, so that it holds for exactly that. */
  digest: string;
  /** What is to be approved. */
  subject: unknown;
  /** Identities of callers who may decide; null: everybody who may call. */
  approvers: string[] | null;
  /** RFC 3339 UTC. */
  requestedAt: string;
  /** RFC 3339 UTC; null without a limit. */
  expiresAt: string | null;
  /** `decided` and `expired` ones cannot be decided again. */
  state: 'open' | 'decided' | 'expired';
}
