// The list of sessions, and ending them from another browser.
import type { Browser, Page } from '@playwright/test';
import {
  type Person, expect, expectLoggedIn, expectSecret, logIn, main, open, register, section, test,
} from './support';

const SESSIONS = 'Where you are logged in';

/** Logs the same person in, in another browser. */
async function elsewhere(browser: Browser, page: Page, person: Person): Promise<Page> {
  const javaScriptEnabled = test.info().project.use.javaScriptEnabled ?? true;
  const other = await browser.newPage({ baseURL: new URL(page.url()).origin, javaScriptEnabled });
  await open(other, '/login');
  await logIn(other, person);
  await expectSecret(other, person);
  return other;
}

test('a session is ended from another browser', async ({ page, browser }) => {
  const person = await register(page);
  const other = await elsewhere(browser, page, person);
  await open(page, '/account');
  const rows = section(page, SESSIONS).getByRole('listitem');
  await expect(rows).toHaveCount(2);
  const own = rows.filter({ hasText: 'This one' });
  await expect(own).toHaveCount(1);
  await expect(own.getByRole('button')).toHaveCount(0);
  await rows.getByRole('button', { name: /^End/ }).click();
  await expect(section(page, SESSIONS).getByRole('status').filter({ hasText: 'ended' })).toBeVisible();
  await expect(rows).toHaveCount(1);

  await expect(async () => {
    await other.goto('/secret');
    await expect(other).toHaveURL('/login?next=/secret', { timeout: 500 });
  }).toPass();
  await logIn(other, person);
  await expectSecret(other, person);
  await open(page, '/account');
  await expectLoggedIn(page, person);
  await other.close();
});

test('all others are ended at once', async ({ page, browser }) => {
  const person = await register(page);
  const others = [await elsewhere(browser, page, person), await elsewhere(browser, page, person)];
  await open(page, '/account');
  await section(page, SESSIONS).getByRole('button', { name: 'End all others' }).click();
  await expect(section(page, SESSIONS)).toContainText('You are logged out everywhere else');
  await expect(section(page, SESSIONS).getByRole('listitem')).toHaveCount(1);
  for (const other of others) {
    await expect(async () => {
      await other.goto('/secret');
      await expect(main(other)).not.toContainText('protected endpoint', { timeout: 500 });
    }).toPass();
    await other.close();
  }
  await open(page, '/secret');
  await expectSecret(page, person);
});

test('the page that confirms the password redirects to `next`', async ({ page }) => {
  const person = await register(page);
  await open(page, '/account/confirm?next=/account');
  const password = main(page).getByLabel('Password', { exact: true });
  await password.fill('not the password');
  await main(page).getByRole('button', { name: 'Confirm' }).click();
  await expect(password).toHaveAttribute('aria-invalid', 'true');
  await expect(page).toHaveURL('/account/confirm?next=/account');
  await password.fill(person.password);
  await main(page).getByRole('button', { name: 'Confirm' }).click();
  await expect(page).toHaveURL('/account');
  await expectLoggedIn(page, person);
});
