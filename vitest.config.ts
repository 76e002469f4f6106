import { availableParallelism } from 'node:os';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const node = (name: string, include: string[], more: object = {}) => ({
  test: { name, include, environment: 'node', ...more },
});

export default defineConfig({
  test: {
    // Vitest leaves a core to itself, which on a machine of two halves the speed.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      node('unit', ['test/unit/**/*.test.ts']),
      node('property', ['test/property/**/*.test.ts'], { testTimeout: 60_000 }),
      node('conformance', ['test/conformance/**/*.test.ts'], { testTimeout: 30_000 }),
      node('stack', ['test/stack/**/*.test.ts'], { testTimeout: 60_000, hookTimeout: 60_000 }),
      node('browser', ['test/e2e/**/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 180_000,
        fileParallelism: false,
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
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/helpers/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
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
