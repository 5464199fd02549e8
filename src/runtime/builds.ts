import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from './project.ts';

/** A compiled bundle that is kept here. */
export interface KeptBuild {
  id: string;
  codePath: string;
  bytes: number;
  /** When a process last said that new invocations start on it. */
  usedAt: number;
}

const BUNDLE = /^([0-9a-f]{8,64})\.js$/;
/** The bundle, its manifest and the page about it. */
const PARTS = ['.js', '.json', '.md'];

export const buildsDirOf = ({ dataDir }: Pick<Project, 'dataDir'>): string => join(dataDir, 'builds');

/** The builds of a project's data directory, the one used last first. */
export function keptBuilds(buildsDir: string): KeptBuild[] {
  return filesOf(buildsDir)
    .flatMap((file) => {
      const id = BUNDLE.exec(file)?.[1];
      const codePath = join(buildsDir, file);
      // Another process may have removed it since.
      const stat = id === undefined ? undefined : statSync(codePath, { throwIfNoEntry: false });
      return id === undefined || !stat ? [] : [{ id, codePath, bytes: stat.size, usedAt: stat.mtimeMs }];
    })
    .sort((a, b) => b.usedAt - a.usedAt || (a.id < b.id ? -1 : 1));
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The time of its file is the only thing that tells a build in use from one that nobody will ever start on again. */
export function markUsed(codePath: string, at = new Date()): void {
  try {
    utimesSync(codePath, at, at);
  } catch (error) {
    // Removed meanwhile: the run it holds is loaded already, and the next start of a process makes it anew.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

export function removeBuild({ codePath }: Pick<KeptBuild, 'codePath'>): void {
  const stem = codePath.slice(0, -'.js'.length);
  for (const part of PARTS) rmSync(stem + part, { force: true });
}
