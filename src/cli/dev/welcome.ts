import { relative } from 'node:path';
import { devKeyFile } from '../../runtime/dev-key.ts';
import { isProduction } from '../../runtime/environment.ts';
import type { Session } from '../../runtime/session.ts';

export function welcome(session: Session, url: string | undefined): string {
  const { temporal, address, inbox, project } = session;
  const key = keyOf(project.dataDir);
  const rows = [
    ...(url
      ? [
          ['API', url],
          ['Console', `${url}/console`],
        ]
      : []),
    ['Temporal', `${address} (namespace ${temporal.namespace})`],
    ['Temporal UI', temporal.ui ?? 'not known; set TEMPORAL_UI_URL for links'],
    ...(inbox ? [['Mail caught', inbox]] : []),
    ...(url ? [['API key', key.where]] : []),
  ];
  const listed = rows.map(([label, value]) => `    ${label!.padEnd(12)} ${value}`).join('\n');
  return `\n  action.do is ready\n\n${listed}\n${url ? tryIt(url, key.inShell) : ''}\n`;
}

/** Where a key is, and how a shell gets at it. */
function keyOf(dataDir: string): { where: string; inShell: string } {
  if (process.env['DO_API_KEY']) return { where: 'DO_API_KEY', inShell: '$DO_API_KEY' };
  if (isProduction()) return { where: 'of `do-sdk keys create --name <name>`', inShell: '<key>' };
  const file = relative(process.cwd(), devKeyFile(dataDir));
  return { where: file, inShell: `$(cat ${file})` };
}

function tryIt(url: string, key: string): string {
  const body = '{"to":"ada@example.com","subject":"Hello","body":"Sent exactly once."}';
  return `
  Try it:

    curl -s ${url}/v1/actions/email.send/invoke -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' -d '${body}'

`;
}
