// Flows with emails, whose links are read from the saved files.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Page } from '@playwright/test';
import {
  LOGIN_REJECTED, email, expect, expectAnonymous, expectFault, expectSecret, fillRegistration, logIn, logOut, main, newPerson,
  open, password, submit, test, type Person,
} from './support';

test.use({ baseURL: process.env.LATCHKEY_MAIL_ORIGIN! });

const NEW_PASSWORD = 'brass lantern drifts home';
const button = (page: Page, name: string) => main(page).getByRole('button', { name, exact: true });

/** The path of the link to `page` in the newest email to `address`; waits until there is one. */
async function linkTo(address: string, page: string): Promise<string> {
  let link: string | undefined;
  await expect(() => {
    const folder = process.env.LATCHKEY_MAILS!;
    const files = readdirSync(folder).filter((file) => file.endsWith('.eml')).sort();
    const mails = files.map((file) => readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n'));
    const mine = mails.filter((mail) => mail.includes(`To: ${address}\n`) || mail.includes(`To: <${address}>\n`));
    link = mine.flatMap(links).filter((found) => found.startsWith(`${page}?token=`)).pop();
    expect(link, `${page} for ${address}`).toBeDefined();
  }).toPass();
  return link!;
}

/** The paths of the links that are alone on a line of an email's text. */
function links(mail: string): string[] {
  const lines = quotedPrintable(mail).split('\n');
  return lines.filter((line) => /^https?:\/\/\S+$/.test(line)).map((line) => line.replace(/^https?:\/\/[^/]+/, ''));
}

function quotedPrintable(text: string): string {
  const joined = text.replaceAll('=\n', '');
  return joined.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

async function registerByMail(page: Page, person: Person): Promise<string> {
  await open(page, '/registration');
  await fillRegistration(page, person);
  await submit(page, 'Register').click();
  await expect(page.getByRole('status')).toContainText('Check your mail');
  await expect(page).toHaveURL('/registration');
  await expectAnonymous(page);
  return linkTo(person.email, '/finalize');
}

async function confirmed(page: Page, person: Person): Promise<void> {
  await open(page, await registerByMail(page, person));
  await password(page).fill(person.password);
  await button(page, 'Confirm account').click();
  await expectSecret(page, person);
}

test('a registration is confirmed with its email and its password', async ({ page }) => {
  const person = newPerson();
  const link = await registerByMail(page, person);
  await open(page, link);
  await expect(main(page)).toContainText(person.username);
  await password(page).fill('not the password');
  await button(page, 'Confirm account').click();
  await expectFault(password(page), /not the password/i);
  await password(page).fill(person.password);
  await button(page, 'Confirm account').click();
  await expectSecret(page, person);
  await expect(page.getByText(`Welcome, ${person.username}`)).toBeVisible();
  await logOut(page);
  await page.goto(link);
  await expect(page.getByRole('alert')).toContainText('already used');
  await main(page).getByRole('link', { name: 'Request a new link' }).click();
  await expect(page).toHaveURL('/resend');
});

test('an unconfirmed account cannot log in, and only its password is told why', async ({ page }) => {
  const person = newPerson();
  await registerByMail(page, person);
  await open(page, '/login');
  await logIn(page, { ...person, password: 'not the password' });
  await expect(page.getByRole('alert')).toHaveText(LOGIN_REJECTED);
  await logIn(page, person);
  await expect(page.getByRole('alert')).toContainText('not confirmed yet');
  await expectAnonymous(page);
});

test('a forgotten password is reset with a link', async ({ page }) => {
  const person = newPerson();
  await confirmed(page, person);
  await logOut(page);
  await open(page, '/login');
  await main(page).getByRole('link', { name: 'Forgot your password?' }).click();
  await expect(page).toHaveURL('/reset');
  await email(page).fill(person.email);
  await button(page, 'Send link').click();
  await expect(page.getByRole('status')).toContainText('Check your mail');
  await open(page, await linkTo(person.email, '/new_password'));
  await password(page).fill(NEW_PASSWORD);
  await main(page).getByLabel('Repeat password').fill('something else entirely');
  await button(page, 'Save password').click();
  await expectFault(main(page).getByLabel('Repeat password'), /not the same/i);
  await password(page).fill(NEW_PASSWORD);
  await main(page).getByLabel('Repeat password').fill(NEW_PASSWORD);
  await button(page, 'Save password').click();
  await expect(page).toHaveURL('/login');
  await expect(page.getByRole('status')).toContainText('new password is saved');
  await expectAnonymous(page);
  await logIn(page, { ...person, password: NEW_PASSWORD });
  await expectSecret(page, person);
});

test('a link in an email logs in', async ({ page }) => {
  const person = newPerson();
  await confirmed(page, person);
  await logOut(page);
  await open(page, '/login');
  await main(page).getByRole('link', { name: 'Log in by email' }).click();
  await expect(page).toHaveURL('/login/email');
  await email(page).fill(person.email);
  await button(page, 'Send link').click();
  await expect(page.getByRole('status')).toContainText('Check your mail');
  await open(page, await linkTo(person.email, '/login/link'));
  await expect(main(page)).toContainText(person.username);
  await button(page, 'Log in').click();
  await expectSecret(page, person);
});

for (const [path, what] of [['/reset', 'a reset'], ['/resend', 'a confirmation'], ['/login/email', 'a link to log in']] as const) {
  test(`${what} for an unknown address gets the same response`, async ({ page }) => {
    await open(page, path);
    await email(page).fill(newPerson().email);
    await button(page, 'Send link').click();
    await expect(page.getByRole('status')).toContainText('Check your mail');
    await expect(page).toHaveURL(path);
  });
}
