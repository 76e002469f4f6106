import pg from 'pg';

/**
 * The local queue lives in the Worker's memory and is gone after a stop. Marks the jobs under way as silent since
 * long, so that the Worker's next watchdog run has their coordinators send their chunks again.
 */
export async function markJobsSilent(serviceUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: serviceUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(`update job_totals set updated_at = 'epoch'
      where job_id in (select id from crawl_jobs where status in ('planning', 'queued', 'running', 'stopping'))`);
  } finally {
    await client.end();
  }
}
