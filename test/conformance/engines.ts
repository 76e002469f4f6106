import {
  chooseEngine,
  createEmbeddedEngine,
  createRealEngine,
  type Engine,
  startSystemServer,
} from '../../dev/redis/index.ts';

/** Short, so that the tests of endless scripts are. */
export const SCRIPT_LIMIT_MS = 300;

export interface OpenEngine {
  engine: Engine;
  close(): Promise<void>;
}

export interface EngineUnderTest {
  name: string;
  open(): Promise<OpenEngine>;
}

const embedded: EngineUnderTest = {
  name: 'embedded',
  open: async () => {
    const engine = await createEmbeddedEngine({ scriptLimitMs: SCRIPT_LIMIT_MS });
    return { engine, close: () => engine.close() };
  },
};

function systemServer(binary: string): EngineUnderTest {
  return {
    name: 'system server',
    open: async () => {
      // Redis listens to SCRIPT KILL only after this time, which its newer versions call busy-reply-threshold.
      const server = await startSystemServer(binary, ['--lua-time-limit', '100']);
      try {
        const engine = await createRealEngine(server.url, { scriptLimitMs: SCRIPT_LIMIT_MS });
        const close = async () => {
          await engine.close();
          await server.close();
        };
        return { engine, close };
      } catch (error) {
        await server.close();
        throw error;
      }
    },
  };
}

const choice = chooseEngine({ PATH: process.env['PATH'] });

/** The machine's own Redis or Valkey when there is one: the oracle of the differential tests. */
export const systemEngines: EngineUnderTest[] = choice.kind === 'system' ? [systemServer(choice.binary)] : [];

/** Every engine this machine has; the embedded one always. */
export const engines: EngineUnderTest[] = [embedded, ...systemEngines];

export const embeddedEngine = embedded;
