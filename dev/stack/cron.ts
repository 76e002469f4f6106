const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MINUTE_MS = 60_000;

/** The cron expressions of a `wrangler.toml`. */
export function readCrons(toml: string): string[] {
  const withoutComments = toml.replaceAll(/^\s*#.*$/gm, '');
  const list = /^\s*crons\s*=\s*\[([^\]]*)\]/m.exec(withoutComments)?.[1] ?? '';
  return [...list.matchAll(/"([^"]+)"|'([^']+)'/g)].map((match) => match[1] ?? match[2] ?? '');
}

function parseNumber(text: string, names: string[], firstName: number): number {
  const index = names.indexOf(text.toLowerCase());
  return index === -1 ? Number(text) : index + firstName;
}

function matchesField(
  field: string,
  value: number,
  last: number,
  names: string[] = [],
  firstName = 0,
): boolean {
  return field.split(',').some((part) => {
    const [range = '*', step = '1'] = part.split('/');
    const [from = '', to] = range.split('-');
    const start = range === '*' ? firstName : parseNumber(from, names, firstName);
    // `5/10` runs from 5 to the end; `5` alone is 5.
    const openEnd = range === '*' || part.includes('/') ? last : start;
    const end = to === undefined ? openEnd : parseNumber(to, names, firstName);
    return value >= start && value <= end && (value - start) % Number(step) === 0;
  });
}

/**
 * True when a cron expression is due in the minute of `date`, read as Cloudflare does: in UTC, with 1 for Sunday
 * (https://developers.cloudflare.com/workers/configuration/cron-triggers/). `L` and `W` are not supported.
 */
export function isCronDue(expression: string, date: Date): boolean {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.trim().split(/\s+/);
  const isDay = matchesField(day, date.getUTCDate(), 31, [], 1);
  const isWeekday = matchesField(weekday, date.getUTCDay() + 1, 7, WEEKDAYS, 1);
  // As in every cron: when both days are given, either will do.
  const isRightDay = day === '*' || weekday === '*' ? isDay && isWeekday : isDay || isWeekday;
  return (
    matchesField(minute, date.getUTCMinutes(), 59) &&
    matchesField(hour, date.getUTCHours(), 23) &&
    matchesField(month, date.getUTCMonth() + 1, 12, MONTHS, 1) &&
    isRightDay
  );
}

/**
 * Calls back at the start of every minute with the expressions that are due in it; `wrangler dev` does not do so by
 * itself. Returns a function that ends it.
 */
export function startCron(expressions: string[], fire: (expression: string) => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    timer = setTimeout(
      () => {
        const now = new Date();
        for (const expression of expressions) if (isCronDue(expression, now)) fire(expression);
        wait();
        // A little past the full minute, since timers may fire a millisecond early.
      },
      MINUTE_MS - (Date.now() % MINUTE_MS) + 50,
    );
  };
  wait();
  return () => clearTimeout(timer);
}
