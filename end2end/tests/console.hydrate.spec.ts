// Hydration is clean: no console output (checked in every test), no violation of the CSP, no repeated request, nothing
// stored where scripts can read it.
import type { Page, Request } from '@playwright/test';
import {
  LOGIN_REJECTED, expect, logIn, newPerson, open, password, register, sessionToken, showPassword, test,
} from './support';

/** Loads `path` and returns its requests and its violations of the CSP. */
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
  // Only this test is about the end of all requests.
  await page.waitForLoadState('networkidle');
  const refused = await page.evaluate(() => (window as unknown as { refused: string[] }).refused);
  return { requests, refused };
}

async function expectSilent(page: Page, path: string, baseURL: string): Promise<void> {
  const { requests, refused } = await load(page, path);
  expect(refused, 'violations of the CSP').toEqual([]);
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
  test(`${path} for anonymous users`, async ({ page, baseURL }) => {
    await expectSilent(page, path, baseURL!);
    await expectNothingStored(page);
  });
}

for (const path of ['/', '/secret', '/account', '/account/confirm', '/no-such-page']) {
  test(`${path} for authenticated users`, async ({ page, context, baseURL }) => {
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

test('a shown password is hidden again when it is submitted', async ({ page }) => {
  await open(page, '/login');
  await showPassword(page).click();
  await expect(password(page)).toHaveAttribute('type', 'text');
  await logIn(page, newPerson());
  await expect(page.getByRole('alert')).toHaveText(LOGIN_REJECTED);
  await expect(password(page)).toHaveAttribute('type', 'password');
  await expect(showPassword(page)).toBeVisible();
});

test('a shown password is hidden again when the page is left', async ({ page }) => {
  await open(page, '/login');
  await password(page).fill(newPerson().password);
  await showPassword(page).click();
  await expect(password(page)).toHaveAttribute('type', 'text');
  // As when the page goes to the back/forward cache, which not every browser uses under automation.
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  await expect(password(page)).toHaveAttribute('type', 'password');

  await showPassword(page).click();
  await expect(password(page)).toHaveAttribute('type', 'text');
  await page.goto('/livez');
  await page.goBack();
  await expect(password(page)).toHaveAttribute('type', 'password');
  await expect(showPassword(page)).toBeVisible();
});

test('input typed before the hydration is kept', async ({ page }) => {
  const person = newPerson();
  // Delays the WASM until the form is filled in.
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
