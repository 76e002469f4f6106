import { AppError } from './errors/app-error.ts';
import { accessLog } from './middleware/access-log.ts';
import { cacheHeaders } from './middleware/cache-headers.ts';
import { handleError } from './middleware/handle-error.ts';
import { nobodysReply } from './middleware/nobodys-reply.ts';
import { requestContext } from './middleware/request-context.ts';
import { requestId } from './middleware/request-id.ts';
import { unreadBody } from './middleware/unread-body.ts';
import { type App, createApp } from './routes/app.ts';
import { publicImageRoute } from './routes/public/image.ts';
import { publicPageRoute } from './routes/public/page.ts';

/**
 * What anybody may see, behind the platform's copies: it runs when there is none. app.ts has judged the request before,
 * and adds to each reply what no copy may have.
 */
export function buildPublicApp(): App {
  const app = createApp();
  app.use(
    requestId(),
    nobodysReply(),
    accessLog('public_site'),
    unreadBody(),
    cacheHeaders(),
    requestContext(),
  );
  publicPageRoute(app);
  publicImageRoute(app);
  app.notFound(() => {
    throw new AppError('not_found', '');
  });
  app.onError(handleError);
  return app;
}
