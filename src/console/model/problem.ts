/** A path and what is wrong there, up to the next path or the end of what the API says of an input. */
const ISSUE = /`([^`]+)`: (.*?)(?=; `[^`]+`: |\. Nothing was executed\.|$)/gs;

/** By field name what the API has refused in it, of the text of an `INPUT_INVALID`. */
export function issuesIn(detail: string): Record<string, string> {
  const issues = new Map<string, string>();
  for (const [, path = '', message = ''] of detail.matchAll(ISSUE)) {
    const [field = '', ...within] = path.split('.');
    const told = within.length > 0 ? `${within.join('.')}: ${message}` : message;
    issues.set(field, issues.has(field) ? `${issues.get(field)}; ${told}` : told);
  }
  return Object.fromEntries(issues);
}
