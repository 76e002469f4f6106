import { type SQL, sql } from 'drizzle-orm';
import { crawlItems, crawlJobs, ITEM_STATUSES, type ItemStatus } from '../../db/schema/job.ts';
import { itemView } from './view.ts';

/** Which items of a job: those after a position, all of them or those that read as having the status and reason. */
export interface ItemSelection {
  after: number;
  limit: number;
  status: ItemStatus | null;
  reason: string | null;
}

/**
 * The first `limit` items of a selection in the order they were given, one JSON value each.
 *
 * Every status is read through an index of its own, in order and no further than the limit, and what those reads
 * found is put in order. One condition over several statuses would make Postgres go along the positions, through the
 * whole job where little matches.
 */
export function selectItems(jobId: string, selection: ItemSelection): SQL {
  const { after, limit, status, reason } = selection;
  const ofJob = sql`select * from ${crawlItems} where ${crawlItems.jobId} = ${jobId}`;
  const reads =
    status === null && reason === null
      ? [sql`(${ofJob} and ${crawlItems.position} > ${after} order by ${crawlItems.position} limit ${limit})`]
      : ITEM_STATUSES.flatMap((stored) => waysToRead(stored, jobId, status, reason)).map(
          ({ stored, because, onlyIf }) =>
            sql`(${ofJob} and ${onlyIf} and ${inOrder(stored, because, after)} limit ${limit})`,
        );
  return sql`select ${itemView} from (${sql.join(reads, sql` union all `)}) as ${crawlItems}
    cross join (select ended_by from ${crawlJobs} where id = ${jobId}) as job
    order by ${crawlItems.position} limit ${limit}`;
}

/** Items with a stored status, and with a stored reason where it matters, as far as a condition on the job holds. */
interface WayToRead {
  stored: ItemStatus;
  because: string | null;
  onlyIf: SQL;
}

/**
 * Whether and when items with the stored status are among those that are asked for. Items without a result read as
 * themselves only until their job is ended; from then on as `skipped`, for the reason that ended it.
 */
function waysToRead(
  stored: ItemStatus,
  jobId: string,
  status: ItemStatus | null,
  reason: string | null,
): WayToRead[] {
  const isAsked = status === null || status === stored;
  if (stored !== 'pending' && stored !== 'deferred') {
    return isAsked ? [{ stored, because: reason, onlyIf: sql`true` }] : [];
  }
  const endedBy = sql`(select ended_by from ${crawlJobs} where id = ${jobId})`;
  const isEnded = reason === null ? sql`${endedBy} is not null` : sql`${endedBy} = ${reason}`;
  return [
    ...(isAsked ? [{ stored, because: reason, onlyIf: sql`${endedBy} is null` }] : []),
    ...(status === null || status === 'skipped' ? [{ stored, because: null, onlyIf: isEnded }] : []),
  ];
}

/**
 * The items of one status (and reason) after a position. Rows are compared, where equality would say the same:
 * with it, the order would be that of the positions alone, and Postgres would go along those whenever other jobs made
 * it expect many matches.
 */
function inOrder(status: ItemStatus, reason: string | null, after: number): SQL {
  const { status: ofStatus, reason: ofReason, position } = crawlItems;
  if (reason === null) {
    return sql`(${ofStatus}, ${position}) > (${status}, ${after}) and ${ofStatus} <= ${status}
      order by ${ofStatus}, ${position}`;
  }
  // The index on reasons has no others.
  return sql`${ofReason} is not null and (${ofStatus}, ${ofReason}, ${position}) > (${status}, ${reason}, ${after})
    and (${ofStatus}, ${ofReason}) <= (${status}, ${reason}) order by ${ofStatus}, ${ofReason}, ${position}`;
}
