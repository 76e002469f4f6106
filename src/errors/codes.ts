/**
 * The closed list of error codes. `retryable` tells a program whether the same request may succeed later
 * without a change.
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, title: 'The request is not valid', retryable: false },
  unauthenticated: { status: 401, title: 'Sign in first', retryable: false },
  invalid_ticket: { status: 401, title: 'This ticket is not valid or has expired', retryable: false },
  invalid_credentials: { status: 401, title: 'These sign-in details are not right', retryable: false },
  forbidden: { status: 403, title: 'You may not do this', retryable: false },
  insecure_transport: { status: 403, title: 'Use https', retryable: false },
  cross_origin: { status: 403, title: 'Requests from other sites are refused', retryable: false },
  invalid_signature: { status: 403, title: 'This link is not valid or has expired', retryable: false },
  not_found: { status: 404, title: 'Not found', retryable: false },
  method_not_allowed: { status: 405, title: 'This address does not answer to this method', retryable: false },
  request_timeout: { status: 408, title: 'The request did not arrive in time', retryable: true },
  conflict: { status: 409, title: 'Somebody else changed this meanwhile', retryable: true },
  stale_revision: { status: 409, title: 'Somebody else decided meanwhile', retryable: false },
  illegal_state: { status: 409, title: 'Not possible in the current state', retryable: false },
  email_taken: { status: 409, title: 'There is an account with this e-mail', retryable: false },
  invitation_used: { status: 409, title: 'Somebody has used this invitation already', retryable: false },
  idempotency_in_progress: {
    status: 409,
    title: 'The first request with this key is still running',
    retryable: true,
  },
  invitation_expired: { status: 410, title: 'This invitation has expired', retryable: false },
  payload_too_large: { status: 413, title: 'The request is too large', retryable: false },
  unsupported_media_type: {
    status: 415,
    title: 'This type of content is not accepted here',
    retryable: false,
  },
  range_not_satisfiable: { status: 416, title: 'The range lies outside the image', retryable: false },
  unknown_host: { status: 421, title: 'Darkroom is not served under this name', retryable: false },
  too_many_tags: { status: 422, title: 'An image has 20 tags at most', retryable: false },
  unusable_image: { status: 422, title: 'The image cannot be used', retryable: false },
  idempotency_key_reused: { status: 422, title: 'This key was used for another request', retryable: false },
  upgrade_required: { status: 426, title: 'This address speaks WebSocket only', retryable: false },
  headers_too_large: { status: 431, title: 'The headers of the request are too large', retryable: false },
  rate_limited: { status: 429, title: 'Too many attempts', retryable: true },
  too_many_at_once: { status: 429, title: 'Too much of this is under way', retryable: true },
  internal: { status: 500, title: 'Something went wrong on our side', retryable: true },
  unavailable: { status: 503, title: 'A part of Darkroom is not reachable', retryable: true },
  draining: { status: 503, title: 'No traffic is to be sent here', retryable: true },
  misconfigured: { status: 503, title: 'Darkroom is not configured', retryable: false },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}
