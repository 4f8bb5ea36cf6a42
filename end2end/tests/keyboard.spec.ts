// Everything works with the keyboard.
import type { Locator, Page } from '@playwright/test';
import {
  expect, expectAnonymous, expectSecret, header, logOut, open, password, register, remember, sessionCookie, test, username,
} from './support';

/** Presses Tab until `target` has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  await expect(target, 'within 20 presses of Tab').toBeFocused();
}

test('a login and a logout by keyboard', async ({ page, context }) => {
  const person = await register(page);
  await logOut(page);
  await open(page, '/login');
  await tabTo(page, username(page));
  await page.keyboard.type(person.username);
  await tabTo(page, password(page));
  await page.keyboard.type(person.password);
  await tabTo(page, remember(page));
  await page.keyboard.press('Space');
  await expect(remember(page)).toBeChecked();
  await page.keyboard.press('Enter');
  await expectSecret(page, person);
  expect((await sessionCookie(context))?.expires).toBeGreaterThan(0);

  await tabTo(page, header(page).getByRole('button', { name: 'Log out' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/');
  await expectAnonymous(page);
});

test('the first Tab focuses the link past the header', async ({ page }) => {
  await open(page, '/login');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await tabTo(page, username(page));
});
