import { createHash } from 'node:crypto';

/** Tools that are no action or workflow: what is asked about an invocation that goes on. */
export const OWN_TOOLS = ['invocation_get', 'invocation_audit', 'invocation_cancel'] as const;

export type OwnTool = (typeof OWN_TOOLS)[number];

/** Less than MCP's 128: what model providers take. */
const LONGEST = 64;
const HASH_DIGITS = 10;

/**
 * The tool's name of an action or workflow: `email.send` is `email__send`. MCP allows dots, but model providers do not,
 * and a client that passes names on as they are loses every tool of the server over one. What could be mistaken for
 * another name (`email__send` itself, a tool of ours) or is too long ends with `-X` and a hash: names have no upper-case
 * letters, so nothing else ends so, and what a tool does never depends on which others there are.
 */
export function toToolName(name: string): string {
  const plain = name.replaceAll('.', '__');
  if (plain.length <= LONGEST && !isAmbiguous(name)) return plain;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_DIGITS);
  return `${plain.slice(0, LONGEST - HASH_DIGITS - 2)}-X${hash}`;
}

const isAmbiguous = (name: string): boolean => /__|_\.|\._/.test(name) || isOwnTool(name);

export const isOwnTool = (name: string): name is OwnTool => (OWN_TOOLS as readonly string[]).includes(name);
