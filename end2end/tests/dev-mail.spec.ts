// The mails that a developer's own server keeps, to read and to follow.
import { expect, expectSecret, logIn, main, open, register, test } from './support';

test('a mail is listed, shown and leads on', async ({ page, browser }) => {
  const person = await register(page);
  const javaScriptEnabled = test.info().project.use.javaScriptEnabled ?? true;
  const baseURL = new URL(page.url()).origin;
  const other = await browser.newPage({ baseURL, javaScriptEnabled, userAgent: 'a-device-not-seen-before/1.0' });
  await open(other, '/login');
  await logIn(other, person);
  await expectSecret(other, person);
  await other.close();

  const mine = main(page).getByRole('listitem').filter({ hasText: person.email });
  // The mail is on its way while the login answers.
  await expect(async () => {
    await page.goto('/dev/mail');
    await expect(mine).toHaveCount(1, { timeout: 500 });
  }).toPass();
  await mine.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New sign-in to your Latchkey account');
  await expect(main(page)).toContainText(`Hello ${person.username},`);
  await expect(main(page)).toContainText('Device: a-device-not-seen-before.');
  await expect(main(page).getByRole('link', { name: `${baseURL}/reset` })).toBeVisible();
  await main(page).getByRole('link', { name: 'All mails' }).click();
  await expect(page).toHaveURL('/dev/mail');
});
