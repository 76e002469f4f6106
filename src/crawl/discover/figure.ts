import { type Candidate, foldText } from './candidate.ts';
import { decodeHtml } from './entities.ts';

/** A `figure` that is open while the page streams by. */
export interface Figure {
  parent: Figure | null;
  depth: number;
  members: Set<Candidate>;
  caption: string;
  licenseUrl: string | null;
}

/** Characters before decoding and folding. */
const MAX_CAPTION_SOURCE = 4_096;
const MAX_DEPTH = 32;

/** Which figure encloses what is read now; its caption usually comes after its images. */
export interface FigureStack {
  current(): Figure | null;
  /** Null when figures are nested deeper than any page needs. */
  open(): Figure | null;
  /** Closes a figure and those left open within it; again is harmless. */
  close(figure: Figure): void;
  closeAll(): void;
  addCaption(text: string): void;
}

export function createFigureStack(): FigureStack {
  let current: Figure | null = null;

  function closeCurrent({ parent, members, caption: source, licenseUrl }: Figure): void {
    const caption = foldText(decodeHtml(source));
    for (const member of members) {
      member.caption ??= caption;
      member.licenseUrl ??= licenseUrl;
      parent?.members.add(member);
    }
    current = parent;
  }

  function isOpen(figure: Figure): boolean {
    for (let open = current; open; open = open.parent) if (open === figure) return true;
    return false;
  }

  return {
    current: () => current,
    open() {
      const depth: number = (current?.depth ?? 0) + 1;
      if (depth > MAX_DEPTH) return null;
      current = { parent: current, depth, members: new Set(), caption: '', licenseUrl: null };
      return current;
    },
    close(figure) {
      while (current && isOpen(figure)) closeCurrent(current);
    },
    closeAll() {
      while (current) closeCurrent(current);
    },
    addCaption(text) {
      if (current) current.caption += text.slice(0, MAX_CAPTION_SOURCE - current.caption.length);
    },
  };
}
