import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Figure } from './measure.ts';
import { atMost, shown, throughput } from './measure.ts';
import type { Served } from './served.ts';
import { serve } from './served.ts';

const SECONDS = 60;
/** What waits is work for this long: the bound that an operator would set who wants it to be over as soon. */
const WAITING_S = 3;
const PATH = '/v1/actions/bench.echo/invoke';
const SHED = [429, 503];

/** Twice what can be served, for a minute: what is shed, what becomes of the accepted, and how soon all is as before. */
export async function overload({ dataDir, address }: Bench): Promise<Figure[]> {
  const folder = mkdtempSync(join(dataDir, 'overload-'));
  const calm = await serve(folder, address, { env: { DO_RATE_LIMIT: 'off' } });
  const rate = await sustainable(calm);
  await calm.close();
  const waiting = { DO_MAX_WAITING: String(Math.ceil(rate * WAITING_S)), DO_RATE_LIMIT: 'off' };
  const api = await serve(mkdtempSync(join(dataDir, 'overload-')), address, { env: waiting });
  const answers = await load(api, 2 * rate);
  const recovered = await secondsToRecover(api);
  const all = (await Promise.all(answers)).map(({ status, body }) => ({ status, body }));
  const accepted = all.filter(({ status }) => status === 200 || status === 202);
  const lost = await countLost(api, accepted);
  await api.close();
  const others = all.filter(({ status }) => ![200, 202, ...SHED].includes(status));
  return [
    shown('sustainable', rate, '/s'),
    shown(`asked for in ${SECONDS} s`, all.length, ''),
    shown('accepted', accepted.length, ''),
    shown('shed with 429 or 503', all.filter(({ status }) => SHED.includes(status)).length, ''),
    atMost('answered otherwise, or not at all', others.length, 0),
    atMost('accepted and not completed afterwards', lost, 0),
    atMost('back to normal after', recovered, 5, ' s'),
  ];
}

async function sustainable({ ask }: Served): Promise<number> {
  const invoke = async (n: number) => void (await ask(PATH, { input: { n } }));
  await throughput({ name: 'warm', invoke }, 100, 20);
  return await throughput({ name: 'closed loop', invoke }, 600, 20);
}

type Answer = Awaited<ReturnType<Served['ask']>>;

/** Whoever asks does not wait for the others: that is what makes it too much. */
async function load({ ask }: Served, perSecond: number): Promise<Promise<Answer>[]> {
  const answers: Promise<Answer>[] = [];
  const begun = Date.now();
  while (Date.now() - begun < SECONDS * 1000) {
    const due = ((Date.now() - begun) / 1000) * perSecond;
    while (answers.length < due) {
      const asked = ask(PATH, { input: { n: answers.length } });
      answers.push(asked.catch((error: unknown) => ({ status: 0, body: String(error) })));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return answers;
}

/** Ten in a row that are served at once. */
async function secondsToRecover({ ask }: Served): Promise<number> {
  const begun = Date.now();
  for (let inOrder = 0, since = begun; ;) {
    const at = Date.now();
    const { status } = await ask(PATH, { input: {}, prefer: 'wait=1' });
    inOrder = status === 200 ? inOrder + 1 : 0;
    if (inOrder === 1) since = at;
    if (inOrder === 10) return (since - begun) / 1000;
  }
}

async function countLost({ ask }: Served, accepted: Answer[]): Promise<number> {
  const open = accepted.map(({ body }) => JSON.parse(body) as { id: string; status: string });
  let lost = 0;
  for (const { id, status } of open) {
    if (status === 'completed') continue;
    const { body } = await ask(`/v1/invocations/${id}`, { prefer: 'wait=30' });
    if ((JSON.parse(body) as { status: string }).status !== 'completed') lost++;
  }
  return lost;
}
