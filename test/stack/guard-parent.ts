// Started by the tests as a process that is then killed: brings up a temporary database and says where it is.
import { startDatabase } from '../../dev/postgres/index.ts';

const database = await startDatabase({ ephemeral: true });
process.send?.({
  dataDir: database.dataDir,
  primary: database.children.primary.identity,
  replica: database.children.replica.identity,
});
setInterval(() => {}, 60_000);
