import { type SQL, sql } from 'drizzle-orm';
import { images, imageTags, type Review, type Size } from '../../db/schema/image.ts';

/** Which images of a project; every part narrows it. */
export interface ImageFilter {
  review?: Review | undefined;
  label?: string | undefined;
  tag?: string | undefined;
  jobId?: string | undefined;
  /** With its port, if it has one. */
  host?: string | undefined;
  size?: Size | undefined;
  format?: string | undefined;
  /** `none`: of which no licence is known. */
  license?: string | undefined;
}

/** Sorts after every id of an image. */
export const LAST_ID = 'img_~';

/** Columns of images that are filtered by, the one that usually leaves least first: its index leads. */
const FACETS = {
  jobId: sql`i.job_id`,
  label: sql`i.label`,
  host: sql`i.host`,
  license: sql`i.license`,
  review: sql`i.review`,
  format: sql`i.format`,
  size: sql`i.size`,
} as const satisfies Partial<Record<keyof ImageFilter, SQL>>;
type Facet = keyof typeof FACETS;

/** Those of them that a decision changes, as it does tags. */
const DECIDED: ReadonlySet<Facet> = new Set(['review', 'label']);

function facetsOf(filter: ImageFilter): { name: Facet; column: SQL; value: string }[] {
  return (Object.keys(FACETS) as Facet[]).flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [{ name, column: FACETS[name], value }];
  });
}

const equal = (facets: { column: SQL; value: string }[]): SQL[] =>
  facets.map(({ column, value }) => sql`${column} = ${value}`);

/** Whether an image `i` matches as far as no decision can change it. */
export function matchesFacts(filter: ImageFilter): SQL {
  const facts = facetsOf(filter).filter(({ name }) => !DECIDED.has(name));
  return sql.join([sql`true`, ...equal(facts)], sql` and `);
}

/**
 * Selects the ids, or other columns of images as `i`, of the living images of a project that match, newest first, from
 * below the id `after`.
 *
 * One facet leads, by an index that ends in the order of the list; the others are looked at row by row. Facet and id
 * are compared as one row, and ordered by: then no plan but a walk along that index has the order, whatever the
 * statistics say of a value that is common in general and rare in this project.
 */
export function selectMatching(
  projectId: string,
  filter: ImageFilter,
  page: { after: string | null; limit: number; columns?: SQL },
  more = sql`true`,
): SQL {
  const columns = page.columns ?? sql`i.id`;
  const facets = facetsOf(filter);
  const after = page.after ?? LAST_ID;
  const matches = (rest: typeof facets) =>
    sql.join([more, sql`i.deleted_at is null`, ...equal(rest)], sql` and `);

  if (filter.tag !== undefined) {
    // With `offset 0` each image is looked up by itself: a join may read all images of the project first.
    return sql`select ${columns} from ${imageTags} t
      cross join lateral (select * from ${images} where id = t.image_id offset 0) i
      where t.project_id = ${projectId} and (t.tag, t.image_id) < (${filter.tag}, ${after})
        and (t.tag, t.image_id) > (${filter.tag}, '') and ${matches(facets)}
      order by t.tag desc, t.image_id desc limit ${page.limit}`;
  }
  const [lead, ...rest] = facets;
  if (!lead) {
    return sql`select ${columns} from ${images} i where i.project_id = ${projectId} and i.id < ${after} and ${matches([])}
      order by i.id desc limit ${page.limit}`;
  }
  const { column, value } = lead;
  return sql`select ${columns} from ${images} i
    where i.project_id = ${projectId} and (${column}, i.id) < (${value}, ${after})
      and (${column}, i.id) > (${value}, '') and ${matches(rest)}
    order by ${column} desc, i.id desc limit ${page.limit}`;
}
