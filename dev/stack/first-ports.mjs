/** Where the parts that people and tools know by their port listen; a busy one is moved past. */
export const FIRST_PORTS = { console: 8787, sampleSite: 8788, share: 8443, primary: 54_329, replica: 54_330 };
