// What the scripts of the document do: the theme, local times, the hint about Caps Lock.
import { expect, main, open, register, test } from './support';

const background = () => getComputedStyle(document.documentElement).backgroundColor;

test('the chosen theme goes before that of the system, on every page', async ({ page }) => {
  const hasScripts = test.info().project.use.javaScriptEnabled !== false;
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page, '/login?next=/secret');
  const theme = page.getByRole('contentinfo').getByRole('group', { name: 'Theme' });
  await theme.getByRole('button', { name: 'Dark' }).click();
  await expect(theme.getByRole('button', { name: 'Dark' })).toHaveAttribute('aria-pressed', 'true');
  await expect(theme.getByRole('button', { name: 'System' })).toHaveAttribute('aria-pressed', 'false');
  await expect(page).toHaveURL('/login?next=/secret');
  await open(page, '/reset');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  if (hasScripts) {
    expect(await page.evaluate(background)).toBe('rgb(13, 15, 20)');
  }
  await theme.getByRole('button', { name: 'System' }).click();
  await expect(theme.getByRole('button', { name: 'System' })).toHaveAttribute('aria-pressed', 'true');
  await open(page, '/reset');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'system');
});

test.describe('in another time zone', () => {
  test.use({ timezoneId: 'America/Sao_Paulo' });

  test('times are local, with UTC in the title', async ({ page }) => {
    await register(page);
    await open(page, '/account');
    const time = main(page).locator('time').first();
    const [at, hasScripts] = [await time.getAttribute('datetime'), test.info().project.use.javaScriptEnabled !== false];
    if (!hasScripts) {
      await expect(time).toContainText('UTC');
      return;
    }
    await expect(time).toContainText('GMT-3');
    await expect(time).toHaveAttribute('title', `${at!.slice(0, 19).replace('T', ' ')} UTC`);
    await expect(time).toContainText(new Intl.DateTimeFormat('en-GB', {
      timeZone: 'America/Sao_Paulo', timeStyle: 'medium',
    }).format(new Date(at!)));
  });
});

test('a password that is typed with Caps Lock gets a hint', async ({ page }) => {
  test.skip(test.info().project.use.javaScriptEnabled === false, 'the hint is a script');
  await open(page, '/login');
  const field = main(page).getByLabel('Password', { exact: true });
  const hint = () => field.evaluate((input) => getComputedStyle(input.parentElement!, '::after').content);
  await field.dispatchEvent('keyup', { key: 'A', modifierCapsLock: true });
  expect(await hint()).toBe('"Caps Lock is on."');
  await field.dispatchEvent('keyup', { key: 'a' });
  expect(await hint()).toBe('none');
});
