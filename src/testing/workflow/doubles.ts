import type { ActionContext, CompensationContext } from '../../core/context.ts';
import type { AnyAction } from '../../core/definition.ts';
import { DoError } from '../../core/errors.ts';
import { registered, registeredWorkflow } from '../../core/registry.ts';

/** Stands in for a handler; one with a declared type of its input fits as well. */
export type DoubleHandler = { handle(input: unknown, ctx: ActionContext): unknown }['handle'];

/** What stands in for the functions of an action; its schemas, its policy and what is recorded of it stay. */
export interface ActionDouble {
  /** In place of the action's own. Default: that. */
  handler?: DoubleHandler;
  /** In place of what takes an attempt back. Default: nothing where the handler is replaced, else the action's own. */
  compensate?: { take(input: unknown, ctx: CompensationContext): unknown }['take'];
}

/** By the names of actions and workflows. */
export type Doubles = Readonly<Record<string, DoubleHandler | ActionDouble>>;

/** The actions of a test, with the doubles in place of those they are for. */
export class Cast {
  readonly #doubles: Doubles;

  /** Throws `DEFINITION_INVALID` for a double of nothing, which would let the test pass for nothing. */
  constructor(doubles: Doubles) {
    this.#doubles = doubles;
    for (const name of Object.keys(doubles)) {
      if (registered(name) || registeredWorkflow(name)) continue;
      throw new DoError(
        'DEFINITION_INVALID',
        `\`actions\` has a double for "${name}", which is no action or workflow that this test has imported.`,
      );
    }
  }

  action = (name: string): AnyAction | undefined => {
    const own = registered(name);
    const double = this.#double(name);
    return own && double ? replaced(own, double) : own;
  };

  /** What compensates `action`; nothing real takes back what a double did. */
  compensating(action: AnyAction): (name: string) => AnyAction | undefined {
    if (!this.#double(action.name)?.handler) return this.action;
    return (name) => {
      const other = this.action(name);
      return this.#double(name) || !other ? other : { ...other, ...UNCHECKED, handler: () => null };
    };
  }

  workflow = (name: string): DoubleHandler | undefined => this.#double(name)?.handler;

  isReplaced = (name: string): boolean => this.#double(name)?.handler !== undefined;

  #double(name: string): ActionDouble | undefined {
    const double = this.#doubles[name];
    return typeof double === 'function' ? { handler: double } : double;
  }
}

const UNCHECKED = { input: undefined, output: undefined };

function replaced(own: AnyAction, { handler, compensate }: ActionDouble): AnyAction {
  const instead = compensate ?? (handler ? () => undefined : own.compensate);
  return {
    ...own,
    ...(handler && { handler: handler }),
    compensate: own.compensate && instead,
  };
}
