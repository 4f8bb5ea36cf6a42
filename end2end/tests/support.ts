// Helpers of the specs: people, forms, and a check of the console.
import { randomUUID } from 'node:crypto';
import { expect, test as base, type BrowserContext, type Locator, type Page } from '@playwright/test';

export { expect };

export const SESSION_COOKIE = 'latchkey-session';
export const LOGIN_REJECTED = 'The username and/or password are incorrect';

export interface Person {
  username: string;
  email: string;
  password: string;
}

/** A person whom no other test knows. */
export function newPerson(): Person {
  const username = `user-${randomUUID().slice(0, 13)}`;
  return { username, email: `${username}@example.org`, password: 'quiet otters juggle lanterns' };
}

/**
 * Every test with scripts fails on console output, except the browser's own about failed requests. Each has an IP address
 * of its own, because the server limits registrations and failures per address.
 */
export const test = base.extend<{ watchConsole: void }>({
  extraHTTPHeaders: async ({}, use) => {
    const [first, second] = randomUUID().split('-').slice(1);
    await use({ 'X-Forwarded-For': `2001:db8:${first}:${second}::1` });
  },
  watchConsole: [
    async ({ page, javaScriptEnabled }, use) => {
      const lines = consoleLines(page);
      await use();
      if (javaScriptEnabled !== false) expect(lines, 'console').toEqual([]);
    },
    { auto: true },
  ],
});

/** For tests that expect console output: they check it themselves, through `lines`. */
export const testWithConsole = test.extend<{ lines: string[] }>({
  lines: async ({ page }, use) => {
    await use(consoleLines(page));
  },
  watchConsole: async ({}, use) => {
    await use();
  },
});

/** The console output of the page from now on; it grows while the page lives. */
export function consoleLines(page: Page): string[] {
  const lines: string[] = [];
  page.on('pageerror', (error) => lines.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (!message.text().startsWith('Failed to load resource')) lines.push(`${message.type()}: ${message.text()}`);
  });
  return lines;
}

export const header = (page: Page) => page.getByRole('banner');
export const main = (page: Page) => page.getByRole('main');
export const username = (page: Page) => main(page).getByLabel(/^Username/);
export const email = (page: Page) => main(page).getByLabel(/^Email/);
export const password = (page: Page) => main(page).getByLabel('Password', { exact: true });
export const showPassword = (page: Page) => main(page).getByRole('button', { name: 'Show password' });
export const remember = (page: Page) => main(page).getByRole('checkbox', { name: 'Keep me signed in' });
export const submit = (page: Page, name: 'Log in' | 'Register') => main(page).getByRole('button', { name });

export const secretOf = (person: Person) => `protected endpoint (allowed usr ${person.username})`;

/** The time at which the access shown on /secret expires. */
export const accessExpiry = (page: Page) => main(page).locator('time').first();

/** Opens a page. With scripts, waits for its hydration if it has a form with a password. */
export async function open(page: Page, path: string) {
  const response = await page.goto(path);
  await expectHydrated(page);
  return response;
}

/** Waits for the show-password button, which exists only after the hydration. Without scripts it does not wait. */
export async function expectHydrated(page: Page): Promise<void> {
  const hasScripts = test.info().project.use.javaScriptEnabled !== false;
  if (hasScripts && (await page.locator('input[type=password]').count()) > 0) {
    await expect(showPassword(page).first()).toBeVisible();
  }
}

/** A section of the account page, by its heading. */
export const section = (page: Page, name: string) => main(page).getByRole('region', { name, exact: true });

/** Registers an account with the form, and stays logged in. */
export async function register(page: Page, person: Person = newPerson()): Promise<Person> {
  await open(page, '/registration');
  await fillRegistration(page, person);
  await submit(page, 'Register').click();
  await expectSecret(page, person);
  return person;
}

export async function fillRegistration(page: Page, person: Person): Promise<void> {
  await username(page).fill(person.username);
  await email(page).fill(person.email);
  await password(page).fill(person.password);
}

/** Fills in and submits the login form of the current page. */
export async function logIn(page: Page, person: Pick<Person, 'username' | 'password'>): Promise<void> {
  await username(page).fill(person.username);
  await password(page).fill(person.password);
  await submit(page, 'Log in').click();
}

export async function logOut(page: Page): Promise<void> {
  await header(page).getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL('/');
  await expectAnonymous(page);
}

export async function expectSecret(page: Page, person: Person): Promise<void> {
  await expect(page).toHaveURL('/secret');
  await expect(page.getByText(secretOf(person))).toBeVisible();
  await expectLoggedIn(page, person);
}

export async function expectLoggedIn(page: Page, person: Person): Promise<void> {
  await expect(header(page)).toContainText(person.username);
  await expect(header(page).getByRole('button', { name: 'Log out' })).toBeVisible();
  await expect(header(page).getByRole('link', { name: 'Log in' })).toHaveCount(0);
}

export async function expectAnonymous(page: Page): Promise<void> {
  await expect(header(page).getByRole('link', { name: 'Register' })).toBeVisible();
  await expect(header(page).getByRole('link', { name: 'Log in' })).toBeVisible();
  await expect(header(page).getByRole('button', { name: 'Log out' })).toHaveCount(0);
}

/** The field is marked as invalid, has the focus, and screen readers read `message` with it. */
export async function expectFault(control: Locator, message: RegExp): Promise<void> {
  await expect(control).toHaveAttribute('aria-invalid', 'true');
  await expect(control).toHaveAccessibleDescription(message);
  await expect(control).toBeFocused();
}

export async function sessionCookie(context: BrowserContext) {
  const cookies = await context.cookies();
  return cookies.find((cookie) => cookie.name === SESSION_COOKIE);
}

/** The token in the session cookie. */
export async function sessionToken(context: BrowserContext): Promise<string> {
  const cookie = await sessionCookie(context);
  expect(cookie, 'session cookie').toBeDefined();
  return cookie?.value ?? '';
}
