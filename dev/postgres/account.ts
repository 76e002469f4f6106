import { chownSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Postgres refuses to run as root. This is `nobody` on Linux; it needs no entry in the password file. */
const UNPRIVILEGED_ID = 65_534;
const OTHERS_MAY_ENTER = 0o001;
const OTHERS_MAY_READ = 0o004;

/** The account that the database runs as; null means the account of this process. */
export interface ServerAccount {
  uid: number;
  gid: number;
}

/** Another account than root's own when this process is root, else null. */
export function chooseAccount(): ServerAccount | null {
  return process.getuid?.() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : null;
}

/** True when any account may go into every existing folder on the way to `target`, links followed. */
export function isReachableByOthers(target: string): boolean {
  for (let folder = path.resolve(target); ; folder = path.dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true && (stat.mode & OTHERS_MAY_ENTER) === 0) return false;
    if (path.dirname(folder) === folder) return true;
  }
}

/** True when any account may read this file. */
export function isReadableByOthers(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && (stat.mode & OTHERS_MAY_READ) !== 0;
}

/** Makes a folder that only the account may look into. */
export function makePrivateFolder(folder: string, account: ServerAccount | null): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (account !== null) chownSync(folder, account.uid, account.gid);
}

/** Gives a folder and all it holds to the account. Does nothing when there is no other account. */
export function giveTo(target: string, account: ServerAccount | null): void {
  if (account === null) return;
  const stat = lstatSync(target);
  if (stat.isSymbolicLink()) return;
  chownSync(target, account.uid, account.gid);
  if (!stat.isDirectory()) return;
  for (const name of readdirSync(target)) giveTo(path.join(target, name), account);
}
