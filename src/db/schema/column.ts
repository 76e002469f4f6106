import { customType } from 'drizzle-orm/pg-core';

/** Bytes, as lower-case hexadecimal text in the code and `bytea` in the database. */
export const bytea = customType<{ data: string; driverData: string }>({
  dataType: () => 'bytea',
  toDriver: (hex) => `\\x${hex}`,
  fromDriver: (value) => value.replace(/^\\x/, ''),
});
