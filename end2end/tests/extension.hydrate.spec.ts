// Browser extensions such as password managers insert elements into forms. If these keep the page from being hydrated, it
// is plain HTML: forms and links work as without scripts, and the console has one line.
import type { Page, Request } from '@playwright/test';
import {
  LOGIN_REJECTED, type Person, expect, expectSecret, header, logIn, newPerson, showPassword, testWithConsole as test,
  username,
} from './support';

/** Places in which hydration expects another node than an element. */
const BREAKING: Record<string, () => void> = {
  'at the start of the form': () => document.querySelector('main form')!.prepend(document.createElement('div')),
  'next to each field': () => {
    for (const input of document.querySelectorAll('main .control input')) input.after(document.createElement('div'));
  },
};

/** Registers an account without opening a page. */
async function registered(page: Page): Promise<Person> {
  const person = newPerson();
  const response = await page.request.post('/api/registration', { data: person });
  expect(response.status()).toBe(200);
  return person;
}

/** Opens a page, and inserts elements before it is hydrated. */
async function openAndInsert(page: Page, path: string, insert: () => void): Promise<void> {
  let release = () => {};
  const inserted = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/*.wasm', async (route) => {
    await inserted;
    await route.continue();
  });
  await page.goto(path, { waitUntil: 'domcontentloaded' });
  await page.evaluate(insert);
  release();
}

/** The submissions of the page from now on; it grows while the page lives. */
function submissions(page: Page): Request[] {
  const requests: Request[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') requests.push(request);
  });
  return requests;
}

for (const [place, insert] of Object.entries(BREAKING)) {
  test(`an element ${place} leaves a form that the browser submits`, async ({ page, lines }) => {
    const person = await registered(page);
    await openAndInsert(page, '/login', insert);
    await expect.poll(() => lines.length, 'a line about the panic').toBe(1);
    await expect(showPassword(page)).toHaveCount(0);
    const posts = submissions(page);
    await logIn(page, { ...person, password: 'not the password' });
    await expect(page.getByRole('alert')).toHaveText(LOGIN_REJECTED);
    expect(posts.map((request) => request.isNavigationRequest())).toEqual([true]);

    await openAndInsert(page, '/login', insert);
    await expect.poll(() => lines.length, 'a line about the panic').toBe(2);
    await logIn(page, person);
    await expectSecret(page, person);
    expect(posts.map((request) => request.isNavigationRequest())).toEqual([true, true]);
    expect(lines, 'one line for each broken page').toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^error: panicked at /);
  });

  test(`an element ${place} leaves links that the browser follows`, async ({ page, lines }) => {
    await openAndInsert(page, '/login', insert);
    await expect.poll(() => lines.length, 'a line about the panic').toBe(1);
    const navigation = page.waitForRequest((request) => request.isNavigationRequest());
    await header(page).getByRole('link', { name: 'Register' }).click();
    expect(new URL((await navigation).url()).pathname).toBe('/registration');
    await expect(page).toHaveURL('/registration');
    await expect(username(page)).toBeVisible();
    await expect(showPassword(page)).toBeVisible();
    expect(lines, 'console').toHaveLength(1);
  });
}

test('an element at the end of the form changes nothing', async ({ page, lines }) => {
  const person = await registered(page);
  await openAndInsert(page, '/login', () => document.querySelector('main form')!.append(document.createElement('div')));
  await expect(showPassword(page)).toBeVisible();
  const posts = submissions(page);
  await logIn(page, person);
  await expectSecret(page, person);
  expect(posts.map((request) => request.isNavigationRequest())).toEqual([false]);
  expect(lines, 'console').toEqual([]);
});

test('a page that never gets its WASM is plain HTML', async ({ page }) => {
  const person = await registered(page);
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto('/login');
  await logIn(page, person);
  await expectSecret(page, person);
});
