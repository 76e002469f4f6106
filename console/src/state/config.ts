import { signal } from '@preact/signals';
import { api } from '../api/endpoints.ts';
import type { Config } from '../api/types.ts';

/** What the installation announces; null until known. */
export const config = signal<Config | null>(null);

/** Asks once. Without an answer the console works, only the sample link is missing. */
export async function loadConfig(): Promise<void> {
  if (config.value) return;
  try {
    config.value = await api.config();
  } catch {
    config.value = null;
  }
}
