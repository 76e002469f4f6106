import * as z from 'zod';
import type { Answer, Caller } from './caller.ts';
import type { WriteFigures } from './figures.ts';

const Project = z.object({ description: z.string() });

interface Acknowledged {
  path: string;
  description: string;
  bookmark: string | null;
}

/** Changes projects, each with a text of its own, and finds out afterwards whether what was acknowledged is there. */
export interface Writer {
  /** Changes the next project. */
  write(): Promise<Answer>;
  /** Reads back every change that was acknowledged. Rejects when a read is refused. */
  readBack(): Promise<WriteFigures>;
}

/** `paths`: one for each write that comes; a second change of a project would hide that the first was lost. */
export function createWriter(caller: Caller, paths: readonly string[]): Writer {
  const acknowledged: Acknowledged[] = [];
  let sent = 0;
  return {
    async write() {
      const path = paths[sent];
      if (path === undefined) throw new Error('There are more writes than projects.');
      sent += 1;
      const description = `Write ${crypto.randomUUID()}`;
      const answer = await caller.change(path, { description });
      if (answer.isOk) acknowledged.push({ path, description, bookmark: answer.bookmark });
      return answer;
    },
    async readBack() {
      let lost = 0;
      for (const { path, description, bookmark } of acknowledged) {
        const { isOk, body } = await caller.read(path, bookmark);
        if (!isOk) throw new Error(`${path}: ${body}`);
        if (Project.parse(JSON.parse(body)).description !== description) lost += 1;
      }
      return { acknowledged: acknowledged.length, refused: sent - acknowledged.length, lost };
    },
  };
}
