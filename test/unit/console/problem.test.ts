import { describe, expect, it } from 'vitest';
import { explainProblem } from '../../../console/src/api/explain-problem.ts';
import {
  ProblemError,
  fieldMessage,
  isMissing,
  problemOf,
  readProblem,
  unreachableProblem,
} from '../../../console/src/api/problem.ts';

const full = {
  type: 'about:blank',
  title: 'The request is not valid.',
  status: 400,
  code: 'invalid_request',
  detail: 'One field is wrong.',
  instance: '/v1/projects',
  requestId: 'req_1',
  retryable: false,
  errors: [{ path: 'name', message: 'Too long.' }, { path: 5 }],
};

describe('an error of the API', () => {
  it('is read with its request id and its field messages', () => {
    const problem = readProblem(full, 400, 'req_header');
    expect(problem).toMatchObject({
      code: 'invalid_request',
      status: 400,
      requestId: 'req_1',
      retryable: false,
    });
    expect(problem.errors).toEqual([{ path: 'name', message: 'Too long.' }]);
    expect(fieldMessage(problem, 'name')).toBe('Too long.');
    expect(fieldMessage(problem, 'description')).toBeNull();
  });

  it('finds a message below a nested path', () => {
    const problem = readProblem({ errors: [{ path: 'options.minWidth', message: 'Too big.' }] }, 400, null);
    expect(fieldMessage(problem, 'minWidth')).toBe('Too big.');
  });

  it.each([null, '<html>', 12, [], { code: 7, errors: 'x' }])('survives the body %j', (body) => {
    expect(readProblem(body, 503, 'req_header')).toMatchObject({
      code: 'unexplained',
      status: 503,
      requestId: 'req_header',
      retryable: true,
      errors: [],
    });
  });

  it('carries the state of an illegal change', () => {
    expect(readProblem({ code: 'illegal_state', state: 'completed' }, 409, null).state).toBe('completed');
  });

  it('of a proxy may be tried again when its status says so', () => {
    expect([500, 502, 503, 504].map((status) => readProblem(null, status, null).retryable)).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('means that something is not there only for 404 and for an id that can be none', () => {
    const badPath = { ...full, errors: [{ path: 'path.imageId', message: 'is not an id.' }] };
    const badQuery = {
      ...badPath,
      errors: [...badPath.errors, { path: 'query.limit', message: 'Too big.' }],
    };
    expect(isMissing(readProblem({ code: 'not_found' }, 404, null))).toBe(true);
    expect(isMissing(readProblem(badPath, 400, null))).toBe(true);
    expect(isMissing(readProblem(badQuery, 400, null))).toBe(false);
    expect(isMissing(readProblem({ ...full, errors: [] }, 400, null))).toBe(false);
    expect(isMissing(readProblem(null, 503, null))).toBe(false);
    expect(isMissing(null)).toBe(false);
  });

  it('comes out of anything thrown', () => {
    const problem = readProblem(full, 400, null);
    expect(problemOf(new ProblemError(problem))).toBe(problem);
    expect(problemOf(new TypeError('x')).code).toBe('internal');
  });
});

describe('the explanation of an error', () => {
  it('says what happened, why and what to do', () => {
    const words = explainProblem(readProblem({ ...full, code: 'not_found', detail: '' }, 404, null));
    expect(words.title).toBe('The request is not valid.');
    expect(words.why).toMatch(/not shared with you/);
    expect(words.what).toMatch(/deleted/);
  });

  it('does not show the bare title of an unknown error', () => {
    const words = explainProblem(readProblem({ title: 'internal', code: 'internal' }, 500, 'req_1'));
    expect(words.title).toBe('Something went wrong.');
    expect(words.what).toMatch(/request id/);
  });

  it('of an answer without an explanation says that there was an answer, and which', () => {
    const words = explainProblem(readProblem('<html>Bad gateway</html>', 502, null));
    expect(words.why).toMatch(/answered with HTTP status 502/);
    expect(words.what).toMatch(/^Try again/);
  });

  it('tells a dead network apart', () => {
    expect(explainProblem(unreachableProblem()).title).toMatch(/could not be reached/);
  });

  it('is not fooled by codes named like members of every object', () => {
    expect(explainProblem(readProblem({ code: 'constructor', title: 'Odd.' }, 500, null)).what).toMatch(
      /^Reload the page/,
    );
  });
});
