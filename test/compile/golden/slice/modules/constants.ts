export const currency = 'EUR', other = 'USD';
