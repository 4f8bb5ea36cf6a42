// The session cookie, and how the session appears to its user.
import {
  accessExpiry, expect, expectLoggedIn, expectSecret, logIn, logOut, main, newPerson, open, register, remember,
  sessionCookie, sessionToken, test,
} from './support';

test('the session ends with the browser unless "Keep me signed in" is checked', async ({ page, context }) => {
  const person = await register(page);
  await logOut(page);
  expect(await sessionCookie(context), 'cookie after logout').toBeUndefined();

  await open(page, '/login');
  await logIn(page, person);
  await expectSecret(page, person);
  expect((await sessionCookie(context))?.expires).toBe(-1);

  await logOut(page);
  await open(page, '/login');
  await remember(page).check();
  await logIn(page, person);
  await expectSecret(page, person);
  const days = ((await sessionCookie(context))!.expires - Date.now() / 1000) / 86_400;
  expect(days).toBeGreaterThan(29);
  expect(days).toBeLessThanOrEqual(30);
});

test('a rejected login keeps "Keep me signed in" checked', async ({ page }) => {
  await open(page, '/login');
  await remember(page).check();
  await logIn(page, newPerson());
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(remember(page)).toBeChecked();
});

test('the cookie is protected from scripts and other sites', async ({ page, context, baseURL }) => {
  await register(page);
  expect(await sessionCookie(context)).toMatchObject({
    domain: new URL(baseURL!).hostname,
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: false,
  });
});

test('a foreign cookie with letters outside of ASCII does not disturb the login', async ({ page, context, baseURL }) => {
  const person = await register(page);
  await logOut(page);
  await context.addCookies([{ name: 'city', value: 'Zürich', url: baseURL! }]);
  await open(page, '/login');
  await logIn(page, person);
  await expectSecret(page, person);
  await page.reload();
  await expectSecret(page, person);
});

test('the token is nowhere in a page', async ({ page, context }) => {
  await register(page);
  for (const path of ['/', '/secret']) {
    const sent = await (await page.request.get(path, { headers: { accept: 'text/html' } })).text();
    await open(page, path);
    const shown = await page.content();
    for (const part of (await sessionToken(context)).split('.')) {
      expect(sent).not.toContain(part);
      expect(shown).not.toContain(part);
    }
  }
});

test('the HTML from the server has the name of the user', async ({ page }) => {
  const person = await register(page);
  const sent = await page.request.get('/', { headers: { accept: 'text/html' } });
  expect(await sent.text()).toContain(person.username);
});

test('"Refresh now" rotates the token', async ({ page, context }) => {
  const person = await register(page);
  const before = await sessionToken(context);
  const expiry = await accessExpiry(page).getAttribute('datetime');
  await main(page).getByRole('button', { name: 'Refresh now' }).click();
  await expect(page.getByRole('status')).toContainText('Refreshed');
  expect(await sessionToken(context)).not.toBe(before);
  expect(Date.parse((await accessExpiry(page).getAttribute('datetime'))!)).toBeGreaterThanOrEqual(Date.parse(expiry!));
  await expectSecret(page, person);
});

test('a logout in one browser does not affect the other', async ({ page, browser, baseURL }) => {
  const person = await register(page);
  const other = await browser.newPage({ baseURL: baseURL! });
  await other.goto('/login');
  await logIn(other, person);
  await expectSecret(other, person);
  await logOut(page);
  await other.reload();
  await expectLoggedIn(other, person);
  await other.close();
});
