/** Variables that production accepts, with which nothing can be reached. */
export const PRODUCTION = {
  ENVIRONMENT: 'production',
  DATABASE_URL: 'postgres://darkroom_app:s3cr3t@ep-cool-lake.aws.neon.tech/darkroom',
  DATABASE_REPLICA_URL: 'postgres://darkroom_app:s3cr3t@ep-cool-reef.aws.neon.tech/darkroom',
  DATABASE_SERVICE_URL: 'postgres://darkroom_service:s3cr3t@ep-cool-lake.aws.neon.tech/darkroom',
  UPSTASH_REDIS_REST_URL: 'https://calm-fox-12345.upstash.io',
  UPSTASH_REDIS_REST_TOKEN: 's3cr3tAAIjcDE5ZGY0NjQ2ZmU0',
  MEDIA_SIGNING_KEY: 's3cr3tDk0zVh3tJx5nRw7uBc9eFg2iKl4oPs6vZy1aQ+A=',
  TOKEN_SIGNING_KEYS:
    '[{"kty":"EC","crv":"P-256","kid":"2026-11","x":"fa_-eFaanfQyt637kb26KayIGGr74nlfwyeSMAYXEnM","y":"BeYGXtml0pDRWBAu4BEv7lajzVboIofZF1zsHeV7GW8","d":"4-upd7hEAdbcE6I2ACfPfqOmvmegphPeViO9eU-KUjg"}]',
  PUBLIC_URL: 'https://darkroom.museum.org',
  NEON_FETCH_ENDPOINT: '',
  CRAWL_ALLOWED_ORIGINS: '',
  CRAWL_REQUESTS_PER_SECOND: '',
  CRAWL_RETRY_SECONDS: '',
  DOH_URL: '',
};
