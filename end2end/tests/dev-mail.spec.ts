// The pages with the emails of a development server.
import { email, expect, main, open, register, test } from './support';

test('an email is listed and shown with its link', async ({ page }) => {
  const person = await register(page);
  const baseURL = new URL(page.url()).origin;
  await open(page, '/reset');
  await email(page).fill(person.email);
  await main(page).getByRole('button', { name: 'Send link' }).click();
  await expect(page.getByRole('status')).toContainText('Check your mail');

  const mine = main(page).getByRole('listitem').filter({ hasText: person.email });
  // The email is delivered in the background.
  await expect(async () => {
    await page.goto('/dev/mail');
    await expect(mine).toHaveCount(1, { timeout: 500 });
  }).toPass();
  await mine.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Reset your Latchkey password');
  await expect(main(page)).toContainText(`Hello ${person.username},`);
  await expect(main(page).locator(`a[href^="${baseURL}/new_password?token="]`).first()).toBeVisible();
  await main(page).getByRole('link', { name: 'All emails' }).click();
  await expect(page).toHaveURL('/dev/mail');
});
