// Accessibility and layout of every page: light and dark, on a phone and on a desktop.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { email, expect, expectFault, fillRegistration, logIn, newPerson, open, register, submit, test } from './support';

const LOOKS = [320, 1280].flatMap((width) => (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })));

async function expectAccessible(page: Page): Promise<void> {
  for (const { width, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const look = `${new URL(page.url()).pathname}, ${width} px, ${colorScheme}`;
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow, `${look}: pixels beyond the edge`).toBeLessThanOrEqual(0);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map(({ id, nodes }) => ({ id, at: nodes.map((node) => node.html), why: nodes[0]?.failureSummary }));
    expect(found, look).toEqual([]);
  }
}

for (const path of ['/', '/registration', '/login', '/login/verify', '/dev/mail', '/no-such-page']) {
  test(`${path} for anonymous users`, async ({ page }) => {
    await open(page, path);
    await expectAccessible(page);
  });
}

for (const path of ['/', '/secret', '/account', '/account/confirm', '/no-such-page']) {
  test(`${path} for authenticated users`, async ({ page }) => {
    await register(page);
    await open(page, path);
    await expectAccessible(page);
  });
}

test('the second factor, off and while it is set up', async ({ page }) => {
  await register(page);
  await open(page, '/account/second_factor');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Set up an app' }).click();
  await expect(page.getByRole('img', { name: 'QR code' })).toBeVisible();
  await expectAccessible(page);
});

test('a rejected login', async ({ page }) => {
  await open(page, '/login');
  await logIn(page, newPerson());
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
});

test('a rejected registration', async ({ page }) => {
  await open(page, '/registration');
  await fillRegistration(page, { ...newPerson(), email: 'ada@nowhere', password: 'short' });
  await submit(page, 'Register').click();
  await expectFault(email(page), /e-?mail address/i);
  await expectAccessible(page);
});

test('a notice', async ({ page }) => {
  await register(page);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(page.getByRole('status')).toContainText('Refreshed');
  await expectAccessible(page);
});
