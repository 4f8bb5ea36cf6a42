// With access tokens that live for two seconds, a user who browses for many lifetimes stays logged in.
import { accessExpiry, expect, expectLoggedIn, expectSecret, header, main, register, sessionToken, test } from './support';

const ROTATIONS = 6;

test.use({ baseURL: process.env.LATCHKEY_SHORT_LIFE_ORIGIN! });

test('a session outlives its access tokens', async ({ page, context }) => {
  test.setTimeout(90_000);
  const person = await register(page);
  const expiries = new Set<string>();
  const tokens = new Set<string>();
  // Real page loads pass the time. Their number does not matter, only that the user stays logged in.
  while (expiries.size <= ROTATIONS) {
    await header(page).getByRole('link', { name: 'Latchkey' }).click();
    await expect(page).toHaveURL('/');
    await expectLoggedIn(page, person);
    await main(page).getByRole('link', { name: 'Secret' }).click();
    await expectSecret(page, person);
    await page.reload();
    await expectSecret(page, person);
    expiries.add((await accessExpiry(page).getAttribute('datetime'))!);
    tokens.add(await sessionToken(context));
  }
  expect(tokens.size).toBeGreaterThan(ROTATIONS);
});
