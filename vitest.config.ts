import { availableParallelism } from 'node:os';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/**
 * With DARKROOM_TEST_SPREAD=1 another process of the Worker, over the same Postgres and Redis, gets every other request of
 * these, drawn at random. The rest looks into the Worker, or needs what two processes of this machine do not share: R2,
 * Durable Objects and queues.
 */
const SPREAD_FILES = [
  'api-key',
  'invitation',
  'job-access',
  'member',
  'plan',
  'program-token',
  'project',
  'review',
  'tenancy',
  'write-pattern',
].map((name) => `test/integration/${name}.test.ts`);
const isSpread = process.env['DARKROOM_TEST_SPREAD'] === '1';

/** No test is a race: these only end one that hangs, also on a machine many times as slow and busy. */
const LIMITS = { testTimeout: 120_000, hookTimeout: 180_000 };

const node = (name: string, include: string[], more: object = {}) => ({
  test: { name, include, environment: 'node', ...LIMITS, ...more },
});

export default defineConfig({
  test: {
    // Vitest leaves a core to itself, which on a machine of two halves the speed; and integration tests wait, for faults to
    // pass or a host to answer, for longer than they compute, so that three share two cores well.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      // To start a process for each file, and to load in it what the others have loaded, took a quarter of their time.
      node('unit', ['test/unit/**/*.test.ts'], { isolate: false, restoreMocks: true }),
      node('property', ['test/property/**/*.test.ts']),
      node('conformance', ['test/conformance/**/*.test.ts']),
      node('stack', ['test/stack/**/*.test.ts'], { globalSetup: ['test/helpers/stack-setup.ts'] }),
      node('browser', ['test/e2e/**/*.test.ts'], {
        // The default second is a race on a machine that is busy.
        expect: { poll: { timeout: 30_000 } },
      }),
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: inject('variables') },
          })),
        ],
        test: {
          name: 'integration',
          include: isSpread ? SPREAD_FILES : ['test/integration/**/*.test.ts'],
          globalSetup: ['test/helpers/global-setup.ts'],
          // Loading the Worker takes seconds: once for each workerd, not for each file. Every test brings its own people.
          isolate: false,
          ...LIMITS,
        },
      },
    ],
    coverage: {
      provider: 'istanbul',
      include: ['src/**/*.ts', 'durable-objects/**/*.ts'],
      exclude: ['**/*.d.ts'],
      reporter: ['text-summary'],
      thresholds: { lines: 80, branches: 80 },
    },
  },
});
