/** A check at the edge that also tells the compiler the type. */
export type Guard<T> = (value: unknown) => value is T;

/** The type that a guard vouches for. */
export type Guarded<G> = G extends Guard<infer T> ? T : never;

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Accepts what `guard` accepts, and null. */
export function nullable<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

/** Accepts what `guard` accepts, and nothing at all. */
export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

/** Accepts exactly the listed words. */
export function oneOf<const T extends readonly string[]>(...words: T): Guard<T[number]> {
  return (value): value is T[number] => isText(value) && words.includes(value);
}

/** Accepts an array whose every element passes. */
export function listOf<T>(guard: Guard<T>): Guard<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(guard);
}

/** Accepts an object whose named fields pass; other fields are ignored, so that the API may grow. */
export function shape<Fields extends Record<string, Guard<unknown>>>(
  fields: Fields,
): Guard<{ [Name in keyof Fields]: Guarded<Fields[Name]> }> {
  return (value): value is { [Name in keyof Fields]: Guarded<Fields[Name]> } =>
    isRecord(value) && Object.entries(fields).every(([name, guard]) => guard(value[name]));
}
