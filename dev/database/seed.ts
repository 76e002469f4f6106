import pg from 'pg';
import { hashPassword, verifyPassword } from '../../src/domain/account/password.ts';
import { hashToken, newToken } from '../../src/domain/account/session-token.ts';
import { newId } from '../../src/lib/id.ts';
import type { DemoPasswords } from '../share/demo-passwords.ts';

export interface Person {
  name: string;
  email: string;
  password: string;
}

export interface Seeded {
  people: Person[];
  /** One for each address of the console: signs the first person in, once, within the day. */
  signInLinks: string[];
}

export interface SeedOptions {
  ownerUrl: string;
  consoleUrls: string[];
  /** Default: those below. */
  passwords?: DemoPasswords;
}

/** Two people, so that working together can be seen; their passwords are no secret and good on loopback only. */
const PEOPLE: (Person & { role: 'owner' | 'editor' })[] = [
  { name: 'Ada Lens', email: 'ada@darkroom.example', password: 'contact-sheet-ada', role: 'owner' },
  { name: 'Ben Shutter', email: 'ben@darkroom.example', password: 'contact-sheet-ben', role: 'editor' },
];
const PROJECT = { name: 'First light', description: 'A place to try an import.' };

/**
 * Makes the demo accounts and their project where they are missing, and new sign-in links. Runs as the owner
 * in one transaction; what is there already stays as it is, passwords that a person has changed included.
 */
export async function seed({ ownerUrl, consoleUrls, passwords }: SeedOptions): Promise<Seeded> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query('begin');
    const people = [];
    for (const [index, known] of PEOPLE.entries()) {
      const person = { ...known, password: passwords?.wanted?.[index] ?? known.password };
      const previous = passwords?.previous?.[index] ?? known.password;
      people.push({ ...person, id: await ensurePerson(client, person, previous) });
    }
    await ensureProject(client, people);
    const signInLinks = [];
    for (const url of consoleUrls) {
      signInLinks.push(`${url}/sign-in#link=${await makeSignInToken(client, people[0]?.id)}`);
    }
    await client.query('commit');
    return { people: people.map(({ name, email, password }) => ({ name, email, password })), signInLinks };
  } finally {
    await client.end();
  }
}

async function makeSignInToken(client: pg.Client, userId: string | undefined): Promise<string> {
  const token = newToken();
  await client.query(
    `insert into sign_in_links (token_hash, user_id, expires_at)
     values (decode($1, 'hex'), $2, now() + interval '1 day')`,
    [await hashToken(token), userId],
  );
  return token;
}

/** Gives the demo's other password to somebody who still has the previous one. */
async function replacePassword(client: pg.Client, userId: string, next: string, previous: string) {
  if (next === previous) return;
  const { rows } = await client.query<{ password_hash: string }>(
    'select password_hash from credentials where user_id = $1',
    [userId],
  );
  if (!(await verifyPassword(previous, rows[0]?.password_hash ?? null))) return;
  await client.query('update credentials set password_hash = $2 where user_id = $1', [
    userId,
    await hashPassword(next),
  ]);
}

async function ensurePerson(client: pg.Client, person: Person, previous: string): Promise<string> {
  const found = await client.query<{ id: string }>('select id from profiles where lower(email) = $1', [
    person.email,
  ]);
  if (found.rows[0]) {
    await replacePassword(client, found.rows[0].id, person.password, previous);
    return found.rows[0].id;
  }
  const id = newId('usr');
  await client.query('insert into profiles (id, email, name) values ($1, $2, $3)', [
    id,
    person.email,
    person.name,
  ]);
  await client.query('insert into credentials (user_id, password_hash) values ($1, $2)', [
    id,
    await hashPassword(person.password),
  ]);
  return id;
}

async function ensureProject(client: pg.Client, people: { id: string; role: string }[]): Promise<void> {
  const owner = people[0]?.id;
  const found = await client.query('select 1 from project_members where user_id = $1 limit 1', [owner]);
  if (found.rowCount) return;
  const id = newId('prj');
  await client.query('insert into projects (id, name, description, created_by) values ($1, $2, $3, $4)', [
    id,
    PROJECT.name,
    PROJECT.description,
    owner,
  ]);
  for (const person of people) {
    await client.query('insert into project_members (project_id, user_id, role) values ($1, $2, $3)', [
      id,
      person.id,
      person.role,
    ]);
  }
}
