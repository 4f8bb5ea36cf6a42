// Redirects of protected pages and of the login.
import { expect, expectAnonymous, expectSecret, header, logIn, logOut, newPerson, open, register, test } from './support';

test('a protected page redirects to the login and back', async ({ page }) => {
  const person = await register(page);
  await logOut(page);
  await open(page, '/secret');
  expect(new URL(page.url()).pathname).toBe('/login');
  expect(new URL(page.url()).searchParams.get('next')).toBe('/secret');
  await expect(page.locator('body')).not.toContainText('protected endpoint');
  await logIn(page, person);
  await expectSecret(page, person);
});

test('a rejected login keeps `next`', async ({ page }) => {
  const person = await register(page);
  await logOut(page);
  await open(page, '/login?next=/secret%3Ffrom%3Dlink');
  await logIn(page, { ...person, password: 'not the password' });
  await expect(page.getByRole('alert')).toBeVisible();
  await logIn(page, person);
  await expect(page).toHaveURL('/secret?from=link');
});

for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/\t/evil.example']) {
  test(`the login does not redirect to ${JSON.stringify(next)}`, async ({ page }) => {
    const person = await register(page);
    await logOut(page);
    await open(page, `/login?next=${encodeURIComponent(next)}`);
    await logIn(page, person);
    await expectSecret(page, person);
  });
}

test('authenticated users are redirected from the login', async ({ page }) => {
  const person = await register(page);
  for (const path of ['/login', '/registration']) {
    await open(page, path);
    await expectSecret(page, person);
  }
});

test('an unknown path shows an error page', async ({ page }) => {
  const response = await open(page, `/${newPerson().username}`);
  expect(response?.status()).toBe(404);
  await expectAnonymous(page);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await header(page).getByRole('link', { name: 'Log in' }).click();
  await expect(page).toHaveURL('/login');
});
