// The tabs of a browser follow each other's logins, and the password is confirmed in a dialog.
import {
  expect, expectAnonymous, expectLoggedIn, expectSecret, logIn, logOut, main, newPerson, open, register, section, test,
} from './support';

test('a logout in one tab shows in the others', async ({ page, context }) => {
  const person = await register(page);
  const guarded = await context.newPage();
  await open(guarded, '/secret');
  await expectSecret(guarded, person);
  const everybody = await context.newPage();
  await open(everybody, '/');
  await expectLoggedIn(everybody, person);
  await logOut(page);
  await expect(guarded).toHaveURL('/login?next=/secret');
  await expect(main(guarded)).not.toContainText('protected endpoint');
  await expectAnonymous(everybody);

  await logIn(guarded, person);
  await expectSecret(guarded, person);
  await expectLoggedIn(everybody, person);
  await expectLoggedIn(page, person);
});

test('tabs of the same user do not reload each other', async ({ page, context }) => {
  await register(page);
  await open(page, '/login?next=/account');
  await expect(page).toHaveURL('/account');
  const typed = section(page, 'Password').getByLabel('New password');
  await typed.fill('typed and not sent');
  const other = await context.newPage();
  await open(other, '/account');
  await open(other, '/secret');
  await expect(typed).toHaveValue('typed and not sent');
});

test('messages between tabs contain no names', async ({ page, context }) => {
  const listener = await context.newPage();
  await listener.goto('/livez');
  await listener.evaluate(() => {
    const said: unknown[] = [];
    Object.assign(window, { said });
    new BroadcastChannel('latchkey').onmessage = (event) => said.push(event.data);
  });
  const person = await register(page, newPerson());
  const said = async () => JSON.stringify(await listener.evaluate(() => (window as unknown as { said: unknown[] }).said));
  await expect.poll(said).toMatch(/"[0-9a-f]{16}"/);
  expect(await said()).toMatch(/^\["nobody","[0-9a-f]{16}"(,"[0-9a-f]{16}")*\]$/);
  expect(await said()).not.toContain(person.username);
});

test('a form that requires the password opens the dialog and is submitted again', async ({ page }) => {
  const person = await register(page);
  await open(page, '/account');
  let refusals = 1;
  // Simulates that ten minutes have passed.
  await page.route('**/fn/end_other_sessions', async (route) => {
    if (refusals-- > 0) await route.fulfill({ status: 403, json: 'ReauthenticationRequired' });
    else await route.continue();
  });
  const end = section(page, 'Where you are logged in').getByRole('button', { name: 'End all others' });
  await end.click();
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(end).toBeFocused();

  refusals = 1;
  await end.click();
  const password = dialog.getByLabel('Password', { exact: true });
  await password.fill('not the password');
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(password).toHaveAttribute('aria-invalid', 'true');
  await password.fill(person.password);
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(section(page, 'Where you are logged in')).toContainText('You are logged out everywhere else');
  await expect(page).toHaveURL('/account');
});
