import { expect, it } from 'vitest';
import { isProven } from '../../../src/app/embed/proven.ts';

it.each([
  ['https://example.org', true],
  ['https://example.org:8443', true],
  ['http://localhost:3000', true],
  ['http://app.localhost', true],
  ['http://127.0.0.1:8080', true],
  ['http://[::1]:8080', true],
  ['http://example.org', false],
  ['http://localhost.example.org', false],
  ['http://notlocalhost', false],
  ['http://127.0.0.1.example.org', false],
  ['http://192.168.0.7', false],
])('%s is proven by its address: %s', (origin, proven) => {
  expect(isProven(origin)).toBe(proven);
});
