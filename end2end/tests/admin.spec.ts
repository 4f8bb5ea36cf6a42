// The admin pages, with scripts and without.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Locator, Page } from '@playwright/test';
import {
  expect, expectAnonymous, expectSecret, header, logIn, main, newPerson, open, register, test, type Person,
} from './support';

const root = path.resolve(__dirname, '../..');
const binary = path.resolve(
  root,
  process.env.LATCHKEY_BIN ?? path.join(process.env.CARGO_TARGET_DIR ?? 'target', 'release/latchkey'),
);

/** Runs a command of the server. */
function command(...args: string[]): void {
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: `sqlite://${path.join(root, 'end2end/test-results/server/latchkey.db')}`,
    JWT_SECRET: 'for-browser-tests-only-0123456789',
    CONFIRM_EMAIL: 'false',
  };
  execFileSync(binary, args, { cwd: root, env, stdio: 'pipe' });
}

/** Registers an administrator and opens the list of users. */
async function admin(page: Page): Promise<Person> {
  const person = await register(page);
  command('user', 'roles', person.username, 'admin,user');
  // A change of roles takes effect within a second.
  await expect(async () => {
    await open(page, '/admin/users');
    await expect(main(page).getByRole('heading', { name: 'Users', level: 1 })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  return person;
}

/** Registers another person in a browser of their own. */
async function somebody(browser: Browser, baseURL: string | undefined): Promise<{ person: Person; page: Page }> {
  const javaScriptEnabled = test.info().project.use.javaScriptEnabled !== false;
  const page = await browser.newPage({ baseURL: baseURL!, javaScriptEnabled });
  return { person: await register(page), page };
}

/** Finds the row of a person with the search. */
async function rowOf(page: Page, person: Person): Promise<Locator> {
  await main(page).getByRole('searchbox').fill(person.username.toUpperCase());
  await main(page).getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/\/admin\/users\?q=/);
  await expect(page.getByText('1 account', { exact: true })).toBeVisible();
  return rowIn(page, person);
}

/** The row of a person in the list that is shown. */
function rowIn(page: Page, person: Person): Locator {
  return main(page).getByRole('row').filter({ has: page.getByRole('rowheader', { name: person.username, exact: true }) });
}

/** Opens the menu of a row. */
async function openMenu(row: Locator): Promise<void> {
  await row.getByText('Actions for').click();
}

async function expectAccessible(page: Page): Promise<void> {
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow, `${page.url()}, ${width} px: pixels beyond the edge`).toBeLessThanOrEqual(0);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map(({ id, nodes }) => ({ id, at: nodes.map((node) => node.html), why: nodes[0]?.failureSummary }));
    expect(found, `${page.url()}, ${width} px`).toEqual([]);
  }
}

test('the header links administrators to the list', async ({ page }) => {
  const person = await admin(page);
  await open(page, '/');
  await header(page).getByRole('link', { name: 'Admin' }).click();
  await expect(page).toHaveURL('/admin/users');
  const row = await rowOf(page, person);
  await expect(row).toContainText(person.email);
  await expect(row).toContainText('Active');
});

test('a deactivated user is logged out, and can log in again when activated', async ({ page, browser, baseURL }) => {
  await admin(page);
  const other = await somebody(browser, baseURL);
  let row = await rowOf(page, other.person);
  await openMenu(row);
  await row.getByRole('button', { name: 'Deactivate' }).click();
  await expect(page).toHaveURL(/\/admin\/users\?q=/);
  await expect(page.getByRole('status')).toContainText('deactivated');
  await other.page.goto('/secret');
  await expect(other.page).toHaveURL(/\/login/);
  row = rowIn(page, other.person);
  await openMenu(row);
  await row.getByRole('button', { name: 'Activate', exact: false }).click();
  await expect(page.getByRole('status')).toContainText('active');
  await logIn(other.page, other.person);
  await expectSecret(other.page, other.person);
  await other.page.close();
});

test('ended sessions are refused at the next request', async ({ page, browser, baseURL }) => {
  await admin(page);
  const other = await somebody(browser, baseURL);
  const row = await rowOf(page, other.person);
  await openMenu(row);
  await row.getByRole('button', { name: 'End sessions' }).click();
  await expect(page.getByRole('status')).toContainText('sessions');
  await other.page.goto('/');
  await expectAnonymous(other.page);
  await other.page.close();
});

test('roles are set, and an invalid role is rejected with its reason', async ({ page, browser, baseURL }) => {
  await admin(page);
  const other = await somebody(browser, baseURL);
  let row = await rowOf(page, other.person);
  await openMenu(row);
  await row.getByRole('checkbox', { name: 'admin' }).check();
  await row.getByRole('textbox').fill('No Role');
  await row.getByRole('button', { name: 'Set roles' }).click();
  // The menu is open again.
  row = rowIn(page, other.person);
  await expect(row.getByRole('checkbox', { name: 'admin' })).toBeChecked();
  await expect(row.getByRole('textbox')).toHaveValue('No Role');
  await expect(row.getByRole('textbox')).toHaveAttribute('aria-invalid', 'true');
  await expect(row.getByRole('textbox')).toHaveAccessibleDescription(/lower-case/);
  await expect(row.getByRole('textbox')).toBeFocused();
  await row.getByRole('checkbox', { name: 'admin' }).uncheck();
  await row.getByRole('textbox').fill('auditor');
  await row.getByRole('button', { name: 'Set roles' }).click();
  await expect(page.getByRole('status')).toContainText('roles');
  await expect(row).toContainText('auditor, user');
  await row.getByRole('link', { name: other.person.username }).click();
  await expect(main(page).getByRole('heading', { name: other.person.username, level: 1 })).toBeVisible();
  await expect(main(page).getByRole('checkbox', { name: 'auditor' })).toBeChecked();
  await expect(main(page).getByRole('region', { name: 'Sessions' }).getByRole('listitem')).toHaveCount(1);
  await main(page).getByRole('link', { name: 'All events' }).click();
  await expect(page).toHaveURL(/\/admin\/events\?user=/);
  await expect(main(page).getByRole('row').filter({ hasText: 'authz_change' })).toContainText('from user to auditor,user');
  await other.page.close();
});

test('events are filtered by kind', async ({ page }) => {
  const person = await admin(page);
  await open(page, '/admin/events');
  await main(page).getByLabel('Username or id').fill(person.username);
  await main(page).getByLabel('Kind').selectOption('authz_change');
  await main(page).getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/kind=authz_change/);
  // The header row, and the one change.
  await expect(main(page).getByRole('row')).toHaveCount(2);
  await expect(main(page).getByRole('row').last()).toContainText('Command line');
});

test('without the role there is no access', async ({ page }) => {
  await register(page);
  for (const place of ['/admin/users', '/admin/events']) {
    const answer = await page.goto(place);
    expect(answer?.status()).toBe(403);
    await expect(main(page).getByRole('heading', { name: 'No access' })).toBeVisible();
  }
  await expect(header(page).getByRole('link', { name: 'Admin' })).toHaveCount(0);
});

test('all pages are accessible', async ({ page }) => {
  test.skip(test.info().project.use.javaScriptEnabled === false, 'axe is a script');
  const person = await admin(page);
  const row = await rowOf(page, person);
  await openMenu(row);
  await expectAccessible(page);
  await row.getByRole('link', { name: person.username }).click();
  await expect(main(page).getByRole('heading', { name: person.username, level: 1 })).toBeVisible();
  await expectAccessible(page);
  await open(page, `/admin/events?user=${person.username}`);
  await expectAccessible(page);
});

test('an anonymous user is redirected to the login', async ({ page }) => {
  const person = newPerson();
  await page.goto('/admin/users?q=a');
  await expect(page).toHaveURL('/login?next=/admin/users%3Fq%3Da');
  await logIn(page, person);
  await expect(page.getByRole('alert')).toBeVisible();
});
