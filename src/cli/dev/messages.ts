/** From parent to child: let running attempts end, answer who waits, and go. */
export const DRAIN = 'drain';

/** From child to parent: it serves; the text is for whoever reads the terminal. */
export interface FromChild {
  welcome: string;
}
