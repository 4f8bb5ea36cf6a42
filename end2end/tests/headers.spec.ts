// The headers of every response.
import type { APIRequestContext } from '@playwright/test';
import { expect, newPerson, test } from './support';

const HTML = { accept: 'text/html' };
const PAGE_POLICY =
  /^default-src 'none'; script-src 'self' 'nonce-([\w+/=-]{16,})' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'$/;
const OTHER_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** The files under /pkg that the registration page loads, the parts of its WASM included. */
async function assets(request: APIRequestContext): Promise<string[]> {
  const page = await (await request.get('/registration', { headers: HTML })).text();
  return [...new Set(page.match(/\/pkg\/[\w./-]+\.(?:js|wasm|css)/g))];
}

function expectCommon(headers: Record<string, string>): void {
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['referrer-policy']).toBe('same-origin');
  expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  expect(headers).not.toHaveProperty('server');
}

for (const [path, status] of [['/', 200], ['/login', 200], ['/registration', 200], [`/${newPerson().username}`, 404]] as const) {
  const name = status === 404 ? 'the page for an unknown path' : path;
  test(`${name} has security headers and is never cached`, async ({ request }) => {
    const answer = await request.get(path, { headers: HTML });
    expect(answer.status()).toBe(status);
    expectCommon(answer.headers());
    expect(answer.headers()['content-type']).toMatch(/^text\/html/);
    expect(answer.headers()['cache-control']).toBe('no-store');
    const policy = answer.headers()['content-security-policy'] ?? '';
    expect(policy).toMatch(PAGE_POLICY);
    const nonce = PAGE_POLICY.exec(policy)?.[1];
    const body = await answer.text();
    for (const [, found] of body.matchAll(/<script[^>]* nonce="([^"]*)"/g)) expect(found).toBe(nonce);
    expect(body).not.toMatch(/<script(?![^>]* nonce=)|\sstyle="|\son\w+="/);
  });
}

test('a nonce is used once', async ({ request }) => {
  const policy = async () => (await request.get('/', { headers: HTML })).headers()['content-security-policy'];
  expect(await policy()).not.toBe(await policy());
});

test('a protected page redirects anonymous users before anything is rendered', async ({ request }) => {
  const answer = await request.get('/secret', { headers: HTML, maxRedirects: 0 });
  expect(answer.status()).toBe(302);
  expect(answer.headers()['location']).toMatch(/^\/login\?next=(\/|%2F)secret$/);
  expect(answer.headers()['cache-control']).toBe('no-store');
  expectCommon(answer.headers());
  expect(await answer.text()).not.toContain('protected endpoint');
});

test('assets are cached forever, because their names change with their content', async ({ request }) => {
  const paths = await assets(request);
  expect([...new Set(paths.map((path) => path.split('.').pop()))].sort()).toEqual(['css', 'js', 'wasm']);
  expect(paths.filter((path) => path.endsWith('.wasm')).length, 'parts').toBeGreaterThan(1);
  for (const path of paths) {
    const answer = await request.get(path);
    expect(answer.status()).toBe(200);
    expectCommon(answer.headers());
    expect(answer.headers()['content-security-policy']).toBe(OTHER_POLICY);
    expect(answer.headers()['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers()).not.toHaveProperty('set-cookie');
    const etag = answer.headers()['etag'];
    expect(etag).toMatch(/^(W\/)?"[^"]+"$/);
    const again = await request.get(path, { headers: { 'if-none-match': etag! } });
    expect(again.status()).toBe(304);
    expect(await again.body()).toHaveLength(0);
  }
});

test('health checks have the same headers', async ({ request }) => {
  for (const path of ['/livez', '/readyz']) {
    const answer = await request.get(path);
    expect(answer.status()).toBe(200);
    expectCommon(answer.headers());
    expect(answer.headers()['content-security-policy']).toBe(OTHER_POLICY);
  }
});
