// The second factor: set up, used at a login, recovery codes, turned off.
import { createHmac } from 'node:crypto';
import type { Page } from '@playwright/test';
import { expect, expectAnonymous, expectFault, expectSecret, logIn, logOut, main, open, register, section, test } from './support';

const PAGE = '/account/second_factor';
const STEP = 30_000;

/** The code that an app with this secret shows, some steps from now (RFC 6238). */
function code(secret: string, steps: number): string {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const number = mac.readUInt32BE(mac.readUInt8(mac.length - 1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

const codeField = (page: Page) => main(page).getByLabel('Code', { exact: true });
const press = (page: Page, name: string) => main(page).getByRole('button', { name, exact: true }).click();

/** Sets an app up and returns its secret and the recovery codes. */
async function setUp(page: Page): Promise<{ secret: string; codes: string[] }> {
  await open(page, '/account');
  await section(page, 'Second factor').getByRole('link').click();
  await expect(page).toHaveURL(PAGE);
  await press(page, 'Set up an app');
  await expect(main(page).getByRole('img', { name: 'QR code' })).toBeVisible();
  const secret = await main(page).locator('.steps code').innerText();
  await codeField(page).fill('000000');
  await press(page, 'Turn on');
  await expectFault(codeField(page), /wrong/);
  await codeField(page).fill(code(secret, 0));
  await press(page, 'Turn on');
  await expect(main(page).getByRole('heading', { name: 'Your recovery codes' })).toBeVisible();
  const codes = await main(page).locator('.codes code').allInnerTexts();
  expect(codes).toHaveLength(10);
  await press(page, 'I have saved them');
  await expect(main(page)).toContainText('10 recovery codes are left');
  return { secret, codes };
}

test('a login asks for a code, and takes a recovery code instead', async ({ page }) => {
  const person = await register(page);
  const { secret, codes } = await setUp(page);
  await logOut(page);

  await open(page, '/login?next=/account');
  await logIn(page, person);
  await expect(page).toHaveURL('/login/verify?next=/account');
  await expectAnonymous(page);
  await codeField(page).fill('000000');
  await press(page, 'Log in');
  await expectFault(codeField(page), /wrong/);
  // Each step is accepted once, so the next one.
  await codeField(page).fill(code(secret, 1));
  await press(page, 'Log in');
  await expect(page).toHaveURL('/account');
  await logOut(page);

  await open(page, '/login');
  await logIn(page, person);
  await expect(codeField(page)).toBeVisible();
  await main(page).getByText("I don't have the app at hand").click();
  await main(page).getByLabel('Recovery code').fill(String(codes[0]).toLowerCase());
  await press(page, 'Log in');
  await expectSecret(page, person);
  await page.goto(PAGE);
  await expect(main(page)).toContainText('9 recovery codes are left');
});

test('a trusted browser is asked for no code until the trust is ended', async ({ page }) => {
  const person = await register(page);
  const { secret } = await setUp(page);
  await logOut(page);
  await open(page, '/login');
  await logIn(page, person);
  await main(page).getByLabel('Trust this device for 30 days').check();
  await codeField(page).fill(code(secret, 1));
  await press(page, 'Log in');
  await expectSecret(page, person);
  await logOut(page);
  await open(page, '/login');
  await logIn(page, person);
  await expectSecret(page, person);

  await open(page, PAGE);
  const devices = main(page).getByRole('listitem').filter({ hasText: 'Trusted until' });
  await expect(devices).toHaveCount(1);
  await devices.getByRole('button', { name: 'Stop trusting' }).click();
  await expect(main(page).getByRole('status').first()).toContainText('no longer trusted');
  await expect(devices).toHaveCount(0);
  await logOut(page);
  await open(page, '/login');
  await logIn(page, person);
  await expect(codeField(page)).toBeVisible();
});

test('a code confirms in place of the password', async ({ page }) => {
  await register(page);
  const { secret } = await setUp(page);
  await open(page, `/account/confirm?next=${PAGE}`);
  await main(page).getByText('Use a code of your app instead').click();
  await codeField(page).fill('000000');
  await press(page, 'Use the code');
  await expectFault(codeField(page), /wrong/);
  await codeField(page).fill(code(secret, 1));
  await press(page, 'Use the code');
  await expect(page).toHaveURL(PAGE);
});

test('it is turned off, and a login needs the password only', async ({ page }) => {
  const person = await register(page);
  await setUp(page);
  await press(page, 'Turn off');
  await expect(main(page).getByRole('status')).toContainText('The second factor is off');
  await expect(main(page).getByRole('button', { name: 'Set up an app' })).toBeVisible();
  await logOut(page);
  await open(page, '/login');
  await logIn(page, person);
  await expectSecret(page, person);
});
