/** Included by postgresql.conf, and written anew before each start because the ports may have changed. */
export const SETTINGS_FILE = 'darkroom.conf';

/** What the replica is called on the primary, both as a slot and as an application. */
export const REPLICA_NAME = 'darkroom_replica';

export const SUPERUSER = 'postgres';

export interface UpstreamPrimary {
  port: number;
  password: string;
}

/** Quotes a value for a Postgres configuration file. */
export function quoteSetting(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/**
 * The settings of one server. Data survives a crash of Postgres but not of the machine (`fsync=off`), which is a
 * third faster and enough for a laptop. `synchronous_commit=on` keeps the replica 0.2 ms behind; with `off` it
 * would be 200-400 ms.
 */
export function renderSettings(port: number, upstream: UpstreamPrimary | null): string {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '64MB',
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'on',
    wal_level: 'replica',
    max_wal_senders: '5',
    max_slot_wal_keep_size: '1GB',
    min_wal_size: '32MB',
    max_wal_size: '512MB',
    hot_standby: 'on',
    wal_retrieve_retry_interval: '200ms',
    io_method: 'sync',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %e ',
    // A refusal such as not_found is an error to Postgres: one line each is enough, the Worker logs the rest. Its
    // SQLSTATE, DK001, tells it from a fault.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
  };
  if (upstream !== null) {
    const connection = `host=127.0.0.1 port=${upstream.port} user=${SUPERUSER} password=${upstream.password}`;
    settings['primary_conninfo'] = `${connection} application_name=${REPLICA_NAME}`;
    settings['primary_slot_name'] = REPLICA_NAME;
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${quoteSetting(value)}\n`)
    .join('');
}
