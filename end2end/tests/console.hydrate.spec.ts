// Hydration is silent: nothing in the console (every test sees to that), nothing refused by the policy, nothing asked
// for a second time, nothing stored where scripts can read it.
import type { Page, Request } from '@playwright/test';
import { expect, newPerson, open, register, sessionToken, showPassword, test } from './support';

/** Loads `path` and returns what it asked the network for, and what its policy refused. */
async function load(page: Page, path: string) {
  const requests: Request[] = [];
  page.on('request', (request) => requests.push(request));
  await page.addInitScript(() => {
    const refused: string[] = [];
    Object.assign(window, { refused });
    document.addEventListener('securitypolicyviolation', (event) => {
      refused.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await open(page, path);
  // The one place where the end of all requests is itself what is tested.
  await page.waitForLoadState('networkidle');
  const refused = await page.evaluate(() => (window as unknown as { refused: string[] }).refused);
  return { requests, refused };
}

async function expectSilent(page: Page, path: string, baseURL: string): Promise<void> {
  const { requests, refused } = await load(page, path);
  expect(refused, 'refused by the policy').toEqual([]);
  const expected = (request: Request) => {
    const { origin, pathname } = new URL(request.url());
    const isFile = pathname.startsWith('/pkg/') || /\.(svg|ico|png|webmanifest|woff2)$/.test(pathname);
    return origin === baseURL && request.method() === 'GET' && (request.isNavigationRequest() || isFile);
  };
  expect(requests.filter((request) => !expected(request)).map((request) => `${request.method()} ${request.url()}`)).toEqual([]);
  expect(requests.filter((request) => request.isNavigationRequest())).toHaveLength(1);
}

async function expectNothingStored(page: Page): Promise<void> {
  const stored = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]);
  expect(stored).toEqual(['', 0, 0]);
}

for (const path of ['/', '/registration', '/login', '/no-such-page']) {
  test(`${path} to everybody`, async ({ page, baseURL }) => {
    await expectSilent(page, path, baseURL!);
    await expectNothingStored(page);
  });
}

for (const path of ['/', '/secret', '/account', '/account/confirm', '/no-such-page']) {
  test(`${path} to who is logged in`, async ({ page, context, baseURL }) => {
    await register(page);
    await expectSilent(page, path, baseURL!);
    await expectNothingStored(page);
    const token = await sessionToken(context);
    const scripts = await page.evaluate(() => Array.from(document.scripts, (script) => script.textContent).join('\n'));
    for (const part of token.split('.')) expect(scripts).not.toContain(part);
  });
}

test('a password can be shown and hidden', async ({ page }) => {
  await open(page, '/login');
  const password = page.getByLabel('Password', { exact: true });
  await password.fill(newPerson().password);
  await showPassword(page).click();
  await expect(password).toHaveAttribute('type', 'text');
  await page.getByRole('button', { name: 'Hide password' }).click();
  await expect(password).toHaveAttribute('type', 'password');
});

test('what was typed before the scripts came stays', async ({ page }) => {
  const person = newPerson();
  // Holds the application back until the form is filled in.
  let release = () => {};
  const filled = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/*.wasm', async (route) => {
    await filled;
    await route.continue();
  });
  await page.goto('/login', { waitUntil: 'commit' });
  await page.getByLabel(/^Username/).fill(person.username);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  release();
  await expect(showPassword(page)).toBeVisible();
  await expect(page.getByLabel(/^Username/)).toHaveValue(person.username);
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue(person.password);
});
