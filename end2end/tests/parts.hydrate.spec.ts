// Release builds have the WASM in parts: most pages are in a part of their own, which is loaded when the page is opened.
import type { Page, Request } from '@playwright/test';
import {
  expect, expectHydrated, expectSecret, fillRegistration, header, newPerson, open, showPassword, submit,
  testWithConsole as test,
} from './support';

/** The requests of the page from now on; it grows while the page lives. */
function watchRequests(page: Page): Request[] {
  const requests: Request[] = [];
  page.on('request', (request) => requests.push(request));
  return requests;
}

const isPart = (request: Request) => /\/(chunk|split)_[^/]+\.wasm$/.test(request.url());
const isDocument = (request: Request) => request.isNavigationRequest();
const registerLink = (page: Page) => header(page).getByRole('link', { name: 'Register' });

test('a link loads the part of its page, and no document', async ({ page, lines }) => {
  await open(page, '/login');
  const requests = watchRequests(page);
  await registerLink(page).click();
  await expect(page).toHaveURL('/registration');
  await expect(showPassword(page)).toBeVisible();
  expect(requests.some(isPart), 'a part is loaded').toBe(true);
  expect(requests.filter(isDocument)).toEqual([]);
  expect(lines, 'console').toEqual([]);
});

test('a document names the part of its page, and requests each file once', async ({ page, lines }) => {
  const requests = watchRequests(page);
  await open(page, '/registration');
  const parts = requests.filter(isPart).map((request) => new URL(request.url()).pathname);
  expect(parts.length).toBeGreaterThan(0);
  expect(new Set(parts).size, 'no file is requested twice').toBe(parts.length);
  const preloads = await page.locator('link[rel=preload][as=fetch]').evaluateAll((links) =>
    links.map((link) => link.getAttribute('href')));
  for (const part of parts) expect(preloads).toContain(part);
  expect(lines, 'console').toEqual([]);
});

test('a page whose part is missing is loaded as a document, and is plain HTML', async ({ page, lines }) => {
  const person = newPerson();
  await open(page, '/login');
  await page.route('**/split_RegistrationPage*.wasm', (route) => route.fulfill({ status: 404 }));
  const requests = watchRequests(page);
  await registerLink(page).click();
  await expect(page).toHaveURL('/registration');
  await expect.poll(() => requests.filter(isDocument).length, 'a document is loaded').toBe(1);
  await expect.poll(() => lines.some((line) => line.includes("can't be loaded")), 'the reason').toBe(true);
  await expect(showPassword(page)).toHaveCount(0);
  await fillRegistration(page, person);
  await submit(page, 'Register').click();
  await expectSecret(page, person);
  expect(requests.find((request) => request.method() === 'POST')?.isNavigationRequest()).toBe(true);
});

test('a part that is missing once is loaded with the next link', async ({ page }) => {
  await open(page, '/login');
  await page.route('**/split_RegistrationPage*.wasm', (route) => route.fulfill({ status: 404 }), { times: 1 });
  await registerLink(page).click();
  await expect(page).toHaveURL('/registration');
  await expectHydrated(page);
});
