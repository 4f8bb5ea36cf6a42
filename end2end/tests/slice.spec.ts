// The shortest way through the application: register, see the secret, log out, log in again.
import {
  LOGIN_REJECTED, expect, expectAnonymous, expectHydrated, expectLoggedIn, expectSecret, header, logIn, logOut, main,
  newPerson, open, password, register, test, username,
} from './support';

test('the start page offers an account and a login', async ({ page }) => {
  await open(page, '/');
  await expectAnonymous(page);
  await header(page).getByRole('link', { name: 'Register' }).click();
  await expect(page).toHaveURL('/registration');
  await header(page).getByRole('link', { name: 'Log in' }).click();
  await expect(page).toHaveURL('/login');
});

test('a new account sees the secret, logs out and logs in again', async ({ page }) => {
  const person = await register(page);

  await open(page, '/');
  await expectLoggedIn(page, person);
  await logOut(page);

  await open(page, '/login');
  await logIn(page, { ...person, password: 'not the password' });
  await expect(page.getByRole('alert')).toHaveText(LOGIN_REJECTED);
  await expect(page).toHaveURL('/login');
  await expectHydrated(page);
  await expect(username(page)).toHaveValue(person.username);
  await expect(password(page)).toHaveValue('');
  await expectAnonymous(page);

  await logIn(page, person);
  await expectSecret(page, person);
});

test('the email address works as a username', async ({ page }) => {
  const person = await register(page);
  await logOut(page);
  await open(page, '/login');
  await logIn(page, { username: person.email.toUpperCase(), password: person.password });
  await expectSecret(page, person);
});

test('an unknown name gets the same message as a wrong password', async ({ page }) => {
  await open(page, '/login');
  await logIn(page, newPerson());
  await expect(page.getByRole('alert')).toHaveText(LOGIN_REJECTED);
});

test('a message is shown once', async ({ page }) => {
  await open(page, '/login');
  await logIn(page, newPerson());
  await expect(page.getByRole('alert')).toHaveText(LOGIN_REJECTED);
  await open(page, '/login');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('after logout, Back shows nothing', async ({ page }) => {
  await register(page);
  await logOut(page);
  await page.goBack();
  await expectAnonymous(page);
  await expect(main(page)).not.toContainText('protected endpoint');
});
