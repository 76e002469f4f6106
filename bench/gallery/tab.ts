import type { Page } from 'playwright-core';

/** What Tab alone led to, from the first image on. */
export interface TabWalk {
  presses: number;
  /** How many images had the focus, each once and in the order of the list. */
  reached: number;
  /** From one image to the next, over the whole walk. */
  msAnImage: number;
}

/** Presses between two looks at how far it has come. */
const STRIDE = 50;
/** Strides without a further image, while a page of the list may be on its way, until it counts as stuck. */
const MAX_IDLE_STRIDES = 100;

/** Holds Tab down from the first image until `images` have had the focus, or no further one gets it. */
export async function tabToEnd(page: Page, images: number): Promise<TabWalk> {
  // As text: what runs in the page knows its globals, this process has none of them.
  await page.evaluate(`{
    window.tabWalk = 0;
    document.addEventListener('focusin', ({ target }) => {
      const cell = target.closest('[data-index]');
      if (Number(cell?.dataset.index) === window.tabWalk) window.tabWalk += 1;
    });
    document.querySelector('[data-index="0"] a').focus();
  }`);
  const readReached = async () => await page.evaluate<number>('window.tabWalk');
  let presses = 0;
  let reached = await readReached();
  let idle = 0;
  const startedAt = performance.now();
  while (reached < images && idle < MAX_IDLE_STRIDES) {
    for (let press = 0; press < Math.min(STRIDE, images - reached); press += 1) {
      await page.keyboard.down('Tab');
      presses += 1;
    }
    const now = await readReached();
    idle = now === reached ? idle + 1 : 0;
    reached = now;
  }
  await page.keyboard.up('Tab');
  return { presses, reached, msAnImage: (performance.now() - startedAt) / reached };
}
