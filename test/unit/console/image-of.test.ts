import { expect, it } from 'vitest';
import { imageOf } from '../../../console/src/live/image-of.ts';
import { pathTo } from '../../../console/src/routing/match.ts';

it('takes an image that no address can hold as none', () => {
  expect(imageOf({ imageId: 'img_1' })).toBe('img_1');
  expect([imageOf({}), imageOf({ imageId: null }), imageOf({ imageId: '' })]).toEqual([null, null, '']);
  expect(() => pathTo.image('prj_1', '\ud800')).toThrow(URIError);
  expect(imageOf({ imageId: '\ud800' })).toBeNull();
});
