/**
 * For every Node that is started here. A compile job of Maglev, V8's middle compiler, that runs while Node ends can
 * wait for the main thread, which waits for the job: the process never ends (nodejs/node#54918).
 */
export const NODE_FLAGS = ['--no-maglev'];
