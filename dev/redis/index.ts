export { chooseEngine, type EngineChoice } from './choose-engine.mjs';
export { createEmbeddedEngine, type EmbeddedOptions } from './embedded-engine.ts';
export type { Engine } from './engine.ts';
export { startGateway, type Gateway, type GatewayOptions } from './gateway.ts';
export type { GatewayReady } from './gateway-process.ts';
export { createRealEngine, type RealOptions } from './real-engine.ts';
export { startSystemServer, type SystemServer } from './system-server.ts';
