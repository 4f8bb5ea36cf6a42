// The pages with the emails of a development server.
import { expect, expectSecret, logIn, main, open, register, test } from './support';

test('an email is listed and shown with its link', async ({ page, browser }) => {
  const person = await register(page);
  const javaScriptEnabled = test.info().project.use.javaScriptEnabled ?? true;
  const baseURL = new URL(page.url()).origin;
  const other = await browser.newPage({ baseURL, javaScriptEnabled, userAgent: 'a-device-not-seen-before/1.0' });
  await open(other, '/login');
  await logIn(other, person);
  await expectSecret(other, person);
  await other.close();

  const mine = main(page).getByRole('listitem').filter({ hasText: person.email });
  // The email is delivered in the background.
  await expect(async () => {
    await page.goto('/dev/mail');
    await expect(mine).toHaveCount(1, { timeout: 500 });
  }).toPass();
  await mine.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New sign-in to your Latchkey account');
  await expect(main(page)).toContainText(`Hello ${person.username},`);
  await expect(main(page)).toContainText('Device: Unknown device.');
  await expect(main(page).getByRole('link', { name: `${baseURL}/reset` })).toBeVisible();
  await main(page).getByRole('link', { name: 'All emails' }).click();
  await expect(page).toHaveURL('/dev/mail');
});
