import cors from 'cors';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** The API answers data: a browser that is led to show it has nothing to run, load, frame or send. */
export const securityHeaders = (): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    // Whether other hosts below this one speak TLS is not for the API to say.
    strictTransportSecurity: { includeSubDomains: false },
  });

const TAKES = [
  ...['Authorization', 'Content-Type', 'Idempotency-Key', 'Prefer', 'X-Request-Id'],
  ...['Invocation-Delay', 'Invocation-Deadline', 'Last-Event-ID'],
];
const SHOWS = [
  ...['Location', 'Retry-After', 'Idempotent-Replayed', 'Preference-Applied'],
  ...['RateLimit', 'RateLimit-Policy', 'X-Request-Id'],
];

/** Keys travel in a header that no browser adds by itself, so that origins decide about convenience, not about safety. */
export const allowOrigins = (origins: readonly string[]): RequestHandler =>
  cors({
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: TAKES,
    exposedHeaders: SHOWS,
    maxAge: 600,
  });
