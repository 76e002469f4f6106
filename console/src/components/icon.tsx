/** Outlines on a 20 px grid, drawn with the text colour. */
const PATHS = {
  plus: 'M10 4v12M4 10h12',
  close: 'M5 5l10 10M15 5L5 15',
  check: 'M4 10.5l4 4 8-9',
  cross: 'M6 6l8 8M14 6l-8 8',
  warning: 'M10 3.5l7 12.5H3zM10 8v4M10 14v.5',
  error: 'M10 3a7 7 0 100 14 7 7 0 000-14M10 6.5v4.5M10 13.3v.4',
  info: 'M10 3a7 7 0 100 14 7 7 0 000-14M10 9v4.5M10 6.3v.4',
  blocked: 'M10 3a7 7 0 100 14 7 7 0 000-14M5.2 5.2l9.6 9.6',
  clock: 'M10 3a7 7 0 100 14 7 7 0 000-14M10 6v4l2.5 2',
  copy: 'M7 7h9v9H7zM13 7V4H4v9h3',
  twice: 'M3.5 5h8v8h-8zM8.5 13v3h8V8h-5',
  projects: 'M3.5 5h5l1.5 2h6.5v9h-13z',
  images: 'M3.5 4.5h13v11h-13zM3.5 13l4-4 3.5 3.5 2-2 3.5 3.5M13 7.6v.1',
  // In goes up to Darkroom, out comes down to the reader.
  imports: 'M10 12V3M6.5 6.5L10 3l3.5 3.5M4 13.5V16h12v-2.5',
  export: 'M10 3v9M6.5 8.5L10 12l3.5-3.5M4 13.5V16h12v-2.5',
  running: 'M16 10a6 6 0 11-1.8-4.3M14.8 2.8v3.4h-3.4',
  skipped: 'M10 3a7 7 0 100 14 7 7 0 000-14M6.8 10h6.4',
  stop: 'M5.5 5.5h9v9h-9z',
  account: 'M10 4a3 3 0 100 6 3 3 0 000-6M4 16.5c.8-3 3-4.5 6-4.5s5.2 1.5 6 4.5',
  search: 'M9 4a5 5 0 100 10A5 5 0 009 4M13 13l3.5 3.5',
  more: 'M5 10v.1M10 10v.1M15 10v.1',
  chevronDown: 'M5.5 8l4.5 4.5L14.5 8',
  chevronLeft: 'M12 5l-5 5 5 5',
  chevronRight: 'M8 5l5 5-5 5',
  arrowUp: 'M10 16V4M5.5 8.5L10 4l4.5 4.5',
  arrowDown: 'M10 4v12M5.5 11.5L10 16l4.5-4.5',
  settings: 'M3.5 6.5h7M14.5 6.5h2M12.5 4.5v4M3.5 13.5h2M9.5 13.5h7M7.5 11.5v4',
  panel: 'M3.5 4.5h13v11h-13zM12 4.5v11',
  undo: 'M7 4L3.5 7.5 7 11M3.5 7.5H12a4.25 4.25 0 010 8.5H8.5',
  redo: 'M13 4l3.5 3.5L13 11M16.5 7.5H8a4.25 4.25 0 000 8.5h3.5',
  keyboard: 'M3 5.5h14v9H3zM6 8.5v.1M10 8.5v.1M14 8.5v.1M7 11.5h6',
  filter: 'M3.5 5.5h13M6 10h8M8.5 14.5h3',
  tag: 'M3.5 3.5h6l7 7-6 6-7-7zM7 7v.1',
  restore: 'M4 4v4h4M4.4 8A6 6 0 1110 16',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.7 10h7.6l.7-10',
} as const;

export type IconName = keyof typeof PATHS;

/** A decoration beside a word; a control without words needs its own label. */
export function Icon({ name, size = 20 }: { name: IconName; size?: 16 | 20 }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width={name === 'more' ? 2.4 : 1.5}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
