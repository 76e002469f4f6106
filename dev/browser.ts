import { existsSync } from 'node:fs';
import path from 'node:path';
import { runProgram } from './process/run-program.ts';

/** A browser for the tests, and where it comes from. */
export interface Browser {
  executable: string;
  /** In words, for the person who runs the tests. */
  origin: string;
  /** Arguments it needs to run on this machine. */
  args: string[];
}

const NAMES = [
  // The same engine without windows: pages cost a third of what they do in a whole browser.
  'chromium-headless-shell',
  'chrome-headless-shell',
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge-stable',
  'microsoft-edge',
];

function installedPaths(): string[] {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform === 'win32') {
    const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map(
      (name) => process.env[name] ?? '',
    );
    return roots.flatMap((root) =>
      ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].map((file) =>
        path.join(root, file),
      ),
    );
  }
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
}

/** Whether the browser starts at all: a library may be missing, or it may be made for another system. */
async function runs(executable: string): Promise<boolean> {
  let hasVersion = false;
  const { code } = await runProgram(executable, ['--version'], {
    timeoutMs: 15_000,
    onLine: (line, from) => (hasVersion ||= from === 'stdout' && /\d+\.\d+/.test(line)),
  });
  return code === 0 && hasVersion;
}

async function findInstalled(): Promise<string | null> {
  for (const file of installedPaths()) if (existsSync(file) && (await runs(file))) return file;
  return null;
}

/**
 * The browser to test with: the one DARKROOM_BROWSER names, an installed headless shell, Chrome, Chromium or Edge, or the
 * Chromium that the package @sparticuz/chromium carries (Linux), unpacked into the temporary folder. Null
 * when none of them runs here.
 */
export async function findBrowser(): Promise<Browser | null> {
  const named = process.env['DARKROOM_BROWSER'];
  // Chromium refuses to sandbox for root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  if (named && named !== 'packaged')
    return (await runs(named)) ? { executable: named, origin: named, args } : null;
  const installed = named ? null : await findInstalled();
  if (installed) return { executable: installed, origin: installed, args };
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const { default: chromium } = await import('@sparticuz/chromium');
  const executable = await chromium.executablePath();
  if (!(await runs(executable))) return null;
  // It brings no setuid helper for its sandbox. Its other recommended arguments would switch the web's own
  // rules off, which are part of what is tested.
  return { executable, origin: 'the Chromium of @sparticuz/chromium', args: ['--no-sandbox'] };
}
