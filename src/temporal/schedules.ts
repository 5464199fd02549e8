import { randomUUID } from 'node:crypto';
import type { CatalogueEntry } from '../core/catalogue.ts';
import { DoError } from '../core/errors.ts';
import { checkSchema } from '../core/validate.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { GRPC, grpcCode } from './grpc.ts';
import type { ScheduledEntry, ScheduleOwner, TemporalSchedule } from './schedule-request.ts';
import { digestIn, scheduleIdOf, toSchedule } from './schedule-request.ts';

/** Another worker may be at the same schedule at the same moment. */
const TRIES = 5;
const PAGE = 200;

/**
 * Has Temporal keep the time for every action and workflow that declares a schedule: as it is declared now, on the build
 * that is current now. Any number of workers may do so at once.
 */
export async function applySchedules(
  temporal: TemporalConnection,
  owner: ScheduleOwner,
  entries: readonly CatalogueEntry[],
): Promise<void> {
  const encryptionKeyId = temporal.cipher.keyId;
  for (const entry of entries.filter(isScheduled)) {
    await checkSchema(entry.input, entry.schedule.input, 'input', `${entry.name}, in its schedule`);
    await applyOne(temporal, { ...owner, encryptionKeyId }, entry);
  }
}

const isScheduled = (entry: CatalogueEntry): entry is ScheduledEntry => entry.schedule !== undefined;

async function applyOne(
  temporal: TemporalConnection,
  owner: ScheduleOwner,
  entry: ScheduledEntry,
): Promise<void> {
  const { schedule, digest } = toSchedule(owner, entry);
  const scheduleId = scheduleIdOf(owner.project, entry.name);
  for (let left = TRIES; ; left--) {
    const found = await describe(temporal, scheduleId);
    if (found && digestIn(found.schedule) === digest) return;
    try {
      return await write(temporal, scheduleId, schedule, found);
    } catch (error) {
      const code = grpcCode((error as Error).cause);
      if (code === INVALID_ARGUMENT) throw refused(entry.name, error);
      const isRace = code === GRPC.ALREADY_EXISTS || code === FAILED_PRECONDITION || code === GRPC.NOT_FOUND;
      if (!isRace || left === 1) throw error;
    }
  }
}

/** Refused when somebody else has written it since it was looked at. */
async function write(
  temporal: TemporalConnection,
  scheduleId: string,
  schedule: TemporalSchedule,
  found: Awaited<ReturnType<typeof describe>>,
): Promise<void> {
  const { namespace, identity, service } = temporal;
  const own = { namespace, scheduleId, identity, requestId: randomUUID() };
  if (!found) {
    await call(temporal, () => service.createSchedule({ ...own, schedule }));
    return;
  }
  const { conflictToken } = found;
  // Whoever has paused it has done so for a reason that a deploy does not know.
  const kept = { ...schedule, state: found.schedule?.state ?? null };
  await call(temporal, () => service.updateSchedule({ ...own, conflictToken, schedule: kept }));
}

const INVALID_ARGUMENT = 3;
const FAILED_PRECONDITION = 9;

const refused = (name: string, cause: unknown): DoError =>
  new DoError(
    'DEFINITION_INVALID',
    `Temporal refuses the schedule of "${name}": ${((cause as Error).cause as Error).message}.`,
    { cause },
  );

/** Removes the schedules of the project that nobody declares any more. `entries` must be all there is of the project. */
export async function pruneSchedules(
  temporal: TemporalConnection,
  project: string,
  entries: readonly CatalogueEntry[],
): Promise<void> {
  const declared = new Set(entries.filter(isScheduled).map(({ name }) => scheduleIdOf(project, name)));
  const prefix = scheduleIdOf(project, '');
  for await (const scheduleId of scheduleIds(temporal)) {
    if (!scheduleId.startsWith(prefix) || declared.has(scheduleId)) continue;
    const found = await describe(temporal, scheduleId);
    // One of the same name that was made by hand is not ours.
    if (!found || digestIn(found.schedule) === undefined) continue;
    await remove(temporal, scheduleId);
  }
}

async function remove(temporal: TemporalConnection, scheduleId: string): Promise<void> {
  const { service, namespace, identity } = temporal;
  try {
    await call(temporal, () => service.deleteSchedule({ namespace, scheduleId, identity }));
  } catch (error) {
    if (grpcCode((error as Error).cause) !== GRPC.NOT_FOUND) throw error;
  }
}

async function* scheduleIds(temporal: TemporalConnection): AsyncGenerator<string> {
  const { service, namespace } = temporal;
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await call(temporal, () =>
      service.listSchedules({ namespace, maximumPageSize: PAGE, nextPageToken }),
    );
    for (const { scheduleId } of page.schedules) if (scheduleId) yield scheduleId;
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
}

async function describe(temporal: TemporalConnection, scheduleId: string) {
  const { service, namespace } = temporal;
  try {
    return await call(temporal, () => service.describeSchedule({ namespace, scheduleId }));
  } catch (error) {
    if (grpcCode((error as Error).cause) === GRPC.NOT_FOUND) return undefined;
    throw error;
  }
}
