export { inspectImage } from './inspect-image.ts';
export type { Inspection } from './inspect-image.ts';
