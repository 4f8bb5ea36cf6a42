// Passkeys, with the virtual authenticator of Chromium.
import { AxeBuilder } from '@axe-core/playwright';
import type { CDPSession, Page } from '@playwright/test';
import { expect, expectSecret, header, main, newPerson, open, register, section, test } from './support';

test.use({ baseURL: process.env.LATCHKEY_NAMED_ORIGIN! });

/** A phone that asks for a fingerprint, and gets it. */
async function authenticator(page: Page): Promise<{ client: CDPSession; authenticatorId: string }> {
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { client, authenticatorId };
}

/** Nothing is offered at the username field: whether Chromium does it in a test depends on its build. */
async function withoutOffer(page: Page): Promise<void> {
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  });
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await open(page, '/account/second_factor');
  await main(page).getByLabel('Name of the passkey').fill(name);
  await main(page).getByRole('button', { name: 'Add a passkey' }).click();
  await expect(section(page, 'Passkeys').getByRole('listitem').filter({ hasText: name })).toBeVisible();
}

test('a passkey is added, logs in, confirms and is removed', async ({ page }) => {
  await withoutOffer(page);
  const { client, authenticatorId } = await authenticator(page);
  const person = await register(page);
  await addPasskey(page, 'My phone');
  await expect(section(page, 'Passkeys').getByRole('status')).toContainText('passkey was added');
  const { credentials } = await client.send('WebAuthn.getCredentials', { authenticatorId });
  expect(credentials).toHaveLength(1);
  expect(credentials[0]!.rpId).toBe('localhost');

  await header(page).getByRole('button', { name: 'Log out' }).click();
  await open(page, '/login?next=/account');
  await main(page).getByLabel('Keep me signed in').check();
  await main(page).getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page).toHaveURL('/account');
  await expect(header(page)).toContainText(person.username);
  const cookie = (await page.context().cookies()).find(({ name }) => name === 'latchkey-session');
  expect(cookie!.expires).toBeGreaterThan(0);

  await open(page, '/account/confirm?next=/account/second_factor');
  await main(page).getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page).toHaveURL('/account/second_factor');
  await expect(section(page, 'Passkeys')).toContainText('Last used');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);
  await section(page, 'Passkeys').getByRole('button', { name: 'Remove My phone' }).click();
  await expect(section(page, 'Passkeys')).toContainText('You have no passkeys');
});

test('a passkey that is unknown here is refused with a reason', async ({ page }) => {
  await withoutOffer(page);
  await authenticator(page);
  await register(page);
  await addPasskey(page, 'Old phone');
  await section(page, 'Passkeys').getByRole('button', { name: 'Remove Old phone' }).click();
  await expect(section(page, 'Passkeys')).toContainText('You have no passkeys');
  await header(page).getByRole('button', { name: 'Log out' }).click();
  await open(page, '/login');
  await main(page).getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByRole('alert')).toContainText('not accepted');
  await expect(page).toHaveURL('/login');
});

test('who declines can still use the password', async ({ page }) => {
  await withoutOffer(page);
  const { client, authenticatorId } = await authenticator(page);
  const person = await register(page);
  await addPasskey(page, 'Phone');
  await client.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await header(page).getByRole('button', { name: 'Log out' }).click();
  await open(page, '/login');
  await main(page).getByRole('button', { name: 'Use a passkey' }).click();
  await main(page).getByLabel('Username or email').fill(person.username);
  await main(page).getByLabel('Password', { exact: true }).fill(person.password);
  await main(page).getByRole('button', { name: 'Log in', exact: true }).click();
  await expectSecret(page, person);
});

test('the username field offers passkeys', async ({ page }) => {
  await authenticator(page);
  const person = await register(page, newPerson());
  await addPasskey(page, 'Phone');
  await header(page).getByRole('button', { name: 'Log out' }).click();
  await expect(header(page).getByRole('link', { name: 'Log in' })).toBeVisible();
  await page.goto('/login');
  // Chromium's virtual authenticator answers as soon as the page asks.
  await expectSecret(page, person);
});

test('a browser without passkeys shows nothing of them', async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'PublicKeyCredential');
  });
  await open(page, '/login');
  await expect(main(page).getByRole('button', { name: 'Log in', exact: true })).toBeVisible();
  await expect(main(page).getByRole('button', { name: 'Use a passkey' })).toBeHidden();
});
