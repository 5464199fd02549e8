import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of a request beyond what it is answered. */
export interface RequestContext {
  requestId: string;
  /** Those it started or named. */
  invocations: string[];
}

const storage = new AsyncLocalStorage<RequestContext>();

export const inRequest = (context: RequestContext, work: () => void): void => storage.run(context, work);

/** Of the request on whose behalf this runs. */
export const currentRequest = (): RequestContext | undefined => storage.getStore();
