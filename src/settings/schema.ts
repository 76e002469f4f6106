import * as z from 'zod';
import { once } from '../lib/once.ts';

const ms = (least: number, most: number) => z.int().min(least).max(most);

/** How long each kind of outside call may take, in milliseconds, before it is aborted. */
const deadlines = () =>
  z.strictObject({
    /** A cache that answers later than this is slower than the database it stands before. */
    redisMs: ms(10, 5_000).default(150),
    /** A sleeping Neon compute takes hundreds of milliseconds to wake. */
    databaseReadMs: ms(50, 30_000).default(3_000),
    /** A read that takes the replica longer is asked of the primary as well: a sleeping replica needs that long to wake. */
    hedgeMs: ms(10, 30_000).default(150),
    /** Postgres ends a statement by itself after 10 s. */
    databaseWriteMs: ms(50, 30_000).default(10_000),
    roomMs: ms(50, 60_000).default(10_000),
    /** For news of which only the newest counts. */
    roomNewsMs: ms(50, 60_000).default(3_000),
    coordinatorMs: ms(50, 60_000).default(20_000),
    /** For a consumer that holds a lease of 30 s. */
    coordinatorLeaseMs: ms(50, 15_000).default(5_000),
    mediaReadMs: ms(50, 60_000).default(5_000),
    mediaWriteMs: ms(50, 120_000).default(20_000),
    /** Names looked up over HTTPS. */
    namesMs: ms(50, 30_000).default(3_000),
    errorReportMs: ms(50, 30_000).default(5_000),
    mailMs: ms(50, 60_000).default(10_000),
    searchMs: ms(50, 60_000).default(10_000),
    /** Services of ours that have no deadline of their own, such as the platform's API. */
    upstreamMs: ms(50, 60_000).default(10_000),
  });

/** How long a request of each class may take until its reply begins, in milliseconds. */
const requests = () =>
  z.strictObject({
    readMs: ms(50, 120_000).default(10_000),
    writeMs: ms(50, 120_000).default(25_000),
    /**
     * Until a JSON body is there, lists of addresses aside: those have the time of their request. 1 MiB at 1 Mbit/s takes
     * 8 s, and nobody knows yet who is sending.
     */
    bodyMs: ms(50, 120_000).default(10_000),
    /** The bytes of an image come with the request. */
    uploadMs: ms(50, 600_000).default(150_000),
    exportMs: ms(50, 120_000).default(25_000),
  });

/** The shortest pause of a breaker, in milliseconds: deployed, real traffic comes back all at once. */
const LEAST_PAUSE_MS = 50;
const LEAST_DEPLOYED_PAUSE_MS = 500;

/** When a dependency is no longer asked, and when it is asked again. */
const breaker = (leastPauseMs: number) =>
  z.strictObject({
    /** Calls count for this long. */
    windowMs: ms(1_000, 300_000).default(10_000),
    /** Share of failed calls from which it opens, once there were `minCalls`. */
    failureRatio: z.number().min(0.05).max(1).default(0.5),
    minCalls: z.int().min(1).max(10_000).default(20),
    /** It opens after so many failures without a success between them, too. */
    failuresInARow: z.int().min(1).max(1_000).default(5),
    /** It stays open for this long before one call may try. */
    pauseMs: ms(leastPauseMs, 60_000).default(2_000),
  });

const retries = () =>
  z.strictObject({
    /** Retries that are allowed for each call, over time: a dependency that is down gets this much more load at most. */
    budgetRatio: z.number().min(0).max(1).default(0.1),
    /** Retries that may be saved up. */
    budgetBurst: z.int().min(0).max(1_000).default(10),
    /** The pause before the first retry is drawn from 0 to this, before each further one from twice as much. */
    baseMs: ms(1, 10_000).default(100),
    maxMs: ms(1, 60_000).default(2_000),
  });

const settings = (leastPauseMs: number) =>
  z.strictObject({
    deadlines: deadlines().prefault({}),
    requests: requests().prefault({}),
    breaker: breaker(leastPauseMs).prefault({}),
    retries: retries().prefault({}),
    /** An outside call that takes longer than this many milliseconds is logged as `slow_operation`. */
    slowMs: ms(1, 60_000).default(1_000),
    /** A replica that is further behind than this many milliseconds is not asked. */
    maxReplicaLagMs: ms(100, 3_600_000).default(30_000),
  });

/**
 * What an operator may tune without a new version of the code. Every value has a default; an unknown name is an error,
 * so that a typing mistake does not leave the default in force unseen.
 */
export const settingsSchema = once(() => settings(LEAST_PAUSE_MS));

/** The same without what only a test or a laptop may do. */
export const deployedSettingsSchema = once(() => settings(LEAST_DEPLOYED_PAUSE_MS));

export type Settings = z.infer<ReturnType<typeof settingsSchema>>;

export const defaultSettings = once((): Settings => settingsSchema().parse({}));
