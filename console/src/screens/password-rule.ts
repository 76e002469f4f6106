/** Characters; the service enforces the same minimum. */
export const MIN_PASSWORD_LENGTH = 10;
