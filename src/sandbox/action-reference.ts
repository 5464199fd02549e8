import type { CallOptions, Handle } from '../core/verbs.ts';
import type { Invocation } from '../core/invocation.ts';
import { host } from '../core/host.ts';

interface Reference {
  readonly name: string;
  invoke(input: unknown, options?: CallOptions): Promise<unknown>;
  run(input: unknown, options?: CallOptions): Promise<Invocation>;
  start(input: unknown, options?: CallOptions): Promise<Handle<unknown>>;
}

/** An action without its handler, which never enters a bundle. */
export class Action implements Reference {
  readonly name: string;

  constructor({ name }: { name: string }) {
    this.name = name;
  }

  invoke = (input: unknown, options?: CallOptions) => host().invoke(this.name, input, options);
  run = (input: unknown, options?: CallOptions) => host().run(this.name, input, options);
  start = (input: unknown, options?: CallOptions) => host().start(this.name, input, options);
}

const referenceTo = (to: string | { name: string }): Reference =>
  new Action({ name: typeof to === 'string' ? to : to.name });

/** `client.action(name)` in a handler is a step as well. */
export const client = { action: referenceTo, workflow: referenceTo };
