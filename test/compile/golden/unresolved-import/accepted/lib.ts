export interface Shape {}
export type Rate = number;
export const rate: Rate = 1;
