// A star leaves the default export behind.
export * from './whole.ts';
