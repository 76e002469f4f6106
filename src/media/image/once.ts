/**
 * Reads the structure of the same bytes once: verdict, decoder and metadata each ask for it, and a walk of a large
 * file costs as much as hashing it. The bytes must not change afterwards. What throws is tried again.
 */
export function oncePerBytes<T extends object>(read: (bytes: Uint8Array) => T): (bytes: Uint8Array) => T {
  const known = new WeakMap<Uint8Array, T>();
  return (bytes) => {
    const found = known.get(bytes) ?? read(bytes);
    known.set(bytes, found);
    return found;
  };
}
