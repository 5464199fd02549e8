import type { Step } from './step.ts';

/** Marks those that went on at the same time as another one. They come in the order in which they began. */
export function markParallel(steps: readonly Step[]): void {
  let longest: Step | undefined;
  for (const step of steps) {
    if (longest && step.begin.position < endOf(longest)) longest.isParallel = step.isParallel = true;
    if (!longest || endOf(step) > endOf(longest)) longest = step;
  }
}

const endOf = ({ end }: Step): number => end?.position ?? Infinity;
