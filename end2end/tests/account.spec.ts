// The account page: details, change of the password, deletion.
import {
  LOGIN_REJECTED, expect, expectAnonymous, expectFault, expectSecret, header, logIn, logOut, main, open, register, section,
  test,
} from './support';

const NEW_PASSWORD = 'brass lantern drifts home';

test('the header links to the account, which shows its details', async ({ page }) => {
  const person = await register(page);
  await header(page).getByRole('link', { name: 'Account' }).click();
  await expect(page).toHaveURL('/account');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Account');
  for (const fact of [person.username, person.email, 'user']) {
    await expect(section(page, 'Account').getByText(fact, { exact: true })).toBeVisible();
  }
  await expect(section(page, 'Recent security events')).toContainText('Account created');
});

test('the password is changed with the current password', async ({ page }) => {
  const person = await register(page);
  await open(page, '/account');
  const part = section(page, 'Password');
  const current = part.getByLabel('Current password');
  await current.fill('not the password');
  await part.getByLabel('New password').fill(NEW_PASSWORD);
  await part.getByRole('button', { name: 'Change password' }).click();
  await expectFault(current, /not your current password/i);
  await expect(part.getByLabel('New password')).toHaveValue('');

  await current.fill(person.password);
  await part.getByLabel('New password').fill(NEW_PASSWORD);
  await part.getByRole('button', { name: 'Change password' }).click();
  await expect(part.getByRole('status')).toContainText('Your password has been changed');
  await expect(current).toHaveValue('');
  await expect(section(page, 'Recent security events')).toContainText('Password changed');

  await logOut(page);
  await open(page, '/login');
  await logIn(page, person);
  await expect(page.getByRole('alert')).toHaveText(LOGIN_REJECTED);
  await logIn(page, { ...person, password: NEW_PASSWORD });
  await expectSecret(page, person);
});

test('the account is deleted with its password', async ({ page, context }) => {
  const person = await register(page);
  await open(page, '/account');
  const part = section(page, 'Delete account');
  const password = part.getByLabel('Password', { exact: true });
  await expect(password).toBeHidden();
  await part.getByText('I want to delete my account').click();
  await password.fill('not the password');
  await part.getByRole('button', { name: 'Delete account' }).click();
  await expectFault(password, /not your current password/i);

  await password.fill(person.password);
  await part.getByRole('button', { name: 'Delete account' }).click();
  await expect(page).toHaveURL('/');
  await expect(page.getByRole('status')).toContainText('Your account has been deleted');
  await expectAnonymous(page);
  expect((await context.cookies()).filter((cookie) => cookie.name.endsWith('session'))).toEqual([]);
  await open(page, '/login');
  await logIn(page, person);
  await expect(page.getByRole('alert')).toHaveText(LOGIN_REJECTED);
});

test('a tab whose session has ended returns to its page after the login', async ({ page, context }) => {
  const person = await register(page);
  await open(page, '/');
  await context.clearCookies();
  await header(page).getByRole('link', { name: 'Account' }).click();
  await expect(page).toHaveURL('/login?next=/account');
  await expect(main(page)).toContainText('Log in to continue');
  await logIn(page, person);
  await expect(page).toHaveURL('/account');
});
