import { formatBookmark, parseBookmark, type Bookmark } from '../lib/bookmark.ts';
import { defineScript } from '../redis/script.ts';

/** Of everything that is cached; purging all means bumping this. */
export const EVERYTHING = 'everything';

/** The forms of a tag, for whoever is told that another is none. */
export const TAG_FORMS = 'everything, project:prj_…, user:usr_…';

/** What an entry depends on. A tag's value is the position of the last write to what it names. */
export type Tag = typeof EVERYTHING | `project:${string}` | `user:${string}`;

const TAG = /^(everything|project:prj_[0-9a-z]{1,40}|user:usr_[0-9a-z]{1,40})$/;

export function isTag(text: string): text is Tag {
  return TAG.test(text);
}

/** Longer than any entry lives: a tag that is gone has nothing left to refuse. */
export const TAG_SECONDS = 25 * 60 * 60;

/**
 * KEYS: tags. ARGV: epoch, xid, seconds. Keeps the later position of the two, whichever order they come in. 20 digits are
 * more than a number of Lua has, so that they are compared as texts of one length.
 */
export const BUMP_TAGS = defineScript(`
local epoch, xid = tonumber(ARGV[1]), string.rep('0', 20 - #ARGV[2]) .. ARGV[2]
for _, key in ipairs(KEYS) do
  local known = redis.call('GET', key)
  local knownEpoch, knownXid = string.match(known or '', '^(%d+)%.(%d+)$')
  knownEpoch, knownXid = tonumber(knownEpoch or 0), string.rep('0', 20 - #(knownXid or '')) .. (knownXid or '')
  if epoch > knownEpoch or (epoch == knownEpoch and xid > knownXid) then
    redis.call('SET', key, ARGV[1] .. '.' .. ARGV[2], 'EX', ARGV[3])
  else
    redis.call('EXPIRE', key, ARGV[3])
  end
end
return #KEYS
`);

export function bumpArguments(position: Bookmark): (string | number)[] {
  const [epoch = '', xid = ''] = formatBookmark(position).split('.');
  return [epoch, xid, TAG_SECONDS];
}

/** What MGET answers for tags; null for one that nobody has written, throws for anything else. */
export function parseTags(answer: unknown, count: number): (Bookmark | null)[] {
  if (!Array.isArray(answer) || answer.length !== count) throw new Error('Redis did not answer every tag');
  return answer.map((value: unknown) => {
    if (value === null) return null;
    const position = typeof value === 'string' ? parseBookmark(value) : null;
    if (!position) throw new Error('A tag holds no position');
    return position;
  });
}
