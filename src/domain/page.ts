/** Which page of a keyset list: at most `limit` rows after the row with sort key `after`. */
export interface PageInput {
  limit: number;
  after: string | null;
}
