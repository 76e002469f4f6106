import { readPublicProject } from '../../domain/project/read-public.ts';
import { decodeCursor } from '../../lib/cursor.ts';
import { idPattern } from '../../lib/id.ts';
import { PAGE_CONTENT_SECURITY_POLICY } from '../../public-site/page-style.ts';
import { renderPage } from '../../public-site/render-page.ts';
import type { App } from '../app.ts';

const IMAGE = idPattern('img');

/** The page of a public project, made anew. */
export function publicPageRoute(app: App): void {
  app.get('/p/:projectId', async (c) => {
    const after = decodeCursor(c.req.query('cursor') ?? '', IMAGE);
    const project = await readPublicProject(c.get('ctx'), c.req.param('projectId'), after);
    return c.html(renderPage(project), 200, { 'content-security-policy': PAGE_CONTENT_SECURITY_POLICY });
  });
}
