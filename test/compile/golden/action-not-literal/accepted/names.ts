export const PREFIX = 'order';
