import type { Page } from 'playwright-core';

/** What a page saw while it was scrolled from its top to its end. */
export interface Scroll {
  /** From one frame to the next, in ms. */
  frames: number[];
  /** How many images the document held at most. */
  mostTiles: number;
  /** The place of the last image, counted from 1. */
  tiles: number;
}

/** So many frames without movement are the end: a page of the list may be on its way until then. */
const FRAMES_AT_REST = 90;

/** Scrolls by so many pixels in each frame, as a fast flick does, until nothing more comes. */
export async function scrollToEnd(page: Page, step: number): Promise<Scroll> {
  // As text: what runs in the page knows its globals, this process has none of them.
  return await page.evaluate<Scroll>(`new Promise((resolve) => {
    const tiles = document.getElementsByClassName('gallery-cell');
    const frames = [];
    let mostTiles = 0;
    let restedFor = 0;
    let before = performance.now();
    const tick = (now) => {
      frames.push(now - before);
      before = now;
      mostTiles = Math.max(mostTiles, tiles.length);
      const from = window.scrollY;
      window.scrollBy(0, ${step});
      restedFor = window.scrollY === from ? restedFor + 1 : 0;
      if (restedFor < ${FRAMES_AT_REST}) return void requestAnimationFrame(tick);
      const last = Math.max(...Array.from(tiles, (tile) => Number(tile.dataset.index)));
      // Neither the first frame, which came whenever it came, nor those at rest.
      resolve({ frames: frames.slice(1, -${FRAMES_AT_REST}), mostTiles, tiles: last + 1 });
    };
    requestAnimationFrame(tick);
  })`);
}
