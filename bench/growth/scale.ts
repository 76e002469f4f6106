import type { newId } from '../../src/lib/id.ts';

/** How many images one project has, and what belongs to it; every scale is a project and a person of its own. */
export interface Scale {
  /** One digit, in every id of this scale. */
  digit: number;
  images: number;
  /** Of the project's other jobs, of its members and invitations, and of the person's projects and sessions. */
  others: number;
  project: string;
  person: string;
  /** The job whose items are looked at; it has as many as the project has images. */
  job: string;
}

/** Ids of the shape of ours, in the order of `n`; `group` keeps those of one kind apart. */
export function idOf(prefix: Parameters<typeof newId>[0], digit: number, group: number, n: number): string {
  return `${prefix}_0${digit}${group}${String(n).padStart(23, '0')}`;
}

/** The same in SQL, of an expression. */
export function sqlIdOf(prefix: string, digit: number, group: number, n: string): string {
  return `'${prefix}_0${digit}${group}' || lpad((${n})::text, 23, '0')`;
}

/** A page of fifty and the row that says that there are more must exist in the smallest project, too. */
const FEWEST_OTHERS = 200;

export function scalesOf(sizes: number[]): Scale[] {
  return sizes.map((images, digit) => ({
    digit,
    images,
    others: Math.max(FEWEST_OTHERS, Math.round(images / 100)),
    project: idOf('prj', digit, 0, 0),
    person: idOf('usr', digit, 0, 0),
    job: idOf('job', digit, 0, 0),
  }));
}
