/**
 * The actions known by name, for types only: a build augments it, so that `client.action('email.send')` is typed.
 * Index it by the name; the value is the type of the action object.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- made to be augmented
export interface Actions {}

/** The same of the workflows. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- made to be augmented
export interface Workflows {}
