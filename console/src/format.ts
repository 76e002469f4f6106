/**
 * The first of the browser's languages that Intl understands: a browser started under the C locale calls
 * itself `en-US@posix`, which Intl refuses with an error.
 */
export function pickLocale(languages: readonly string[]): string {
  const isKnown = (tag: string) => {
    try {
      return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
    } catch {
      return false;
    }
  };
  return languages.find(isKnown) ?? 'en';
}

const locale = pickLocale(typeof navigator === 'undefined' ? [] : navigator.languages);
const integer = new Intl.NumberFormat(locale);
const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
const list = new Intl.ListFormat('en', { type: 'conjunction' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
const RELATIVE_UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;
/** In seconds: `from` which duration a unit is used, and to which `step` it is rounded. */
const DURATION_UNITS = [
  { name: 'day', size: 86_400, from: 84_600, step: 43_200 },
  { name: 'hour', size: 3_600, from: 3_570, step: 1_800 },
  { name: 'minute', size: 60, from: 59.5, step: 60 },
  { name: 'second', size: 1, from: 0, step: 1 },
] as const;
const RELATIVE_LIMIT_DAYS = 7;

/** Names in a row: "Ada, Grace, and Vera". In the language of the words around it. */
export function formatList(names: readonly string[]): string {
  return list.format(names);
}

/** A whole number with the reader's separators. */
export function formatCount(count: number): string {
  return integer.format(count);
}

/** A number with at most one decimal. */
export function formatDecimal(value: number): string {
  return decimal.format(value);
}

/** A part of a whole, 0 to 1, as a percentage; 0 when the whole is 0. */
export function formatShare(part: number, whole: number): string {
  return percent.format(whole === 0 ? 0 : part / whole);
}

/** A size in bytes in decimal units, such as "1.4 MB". */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: BYTE_UNITS[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}

/** An RFC 3339 time as local date and time. */
export function formatTime(time: string): string {
  return dateTime.format(new Date(time));
}

/** An RFC 3339 time as the hour alone when it is on the day of `now` (ms since 1970), else with its date. */
export function formatClock(time: string, now: number = Date.now()): string {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date(now).toDateString();
  return isToday ? clock.format(date) : dateTime.format(date);
}

/** Seconds in the one unit that says enough, such as "40 seconds", "2 minutes" or "1.5 hours"; never none. */
export function formatDuration(seconds: number): string {
  const unit = DURATION_UNITS.find(({ from }) => seconds >= from) ?? DURATION_UNITS[3];
  const rounded = Math.max(1, Math.round(seconds / unit.step)) * unit.step;
  return new Intl.NumberFormat('en', {
    style: 'unit',
    unit: unit.name,
    unitDisplay: 'long',
    maximumFractionDigits: 1,
  }).format(rounded / unit.size);
}

/** An RFC 3339 time relative to `now` (ms since 1970) within a week, else as date and time. */
export function formatAgo(time: string, now: number = Date.now()): string {
  const seconds = Math.round((Date.parse(time) - now) / 1000);
  if (Math.abs(seconds) > RELATIVE_LIMIT_DAYS * 86_400) return formatTime(time);
  for (const [unit, size] of RELATIVE_UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return relative.format(0, 'second');
}
