// Text that breaks programs: every string of the Big List of Naughty Strings goes through forms and the API and back.
import { readFileSync } from 'node:fs';
import { expect, main, open, register, section, test } from './support';

const STRINGS = JSON.parse(readFileSync(require.resolve('big-list-of-naughty-strings/blns.json'), 'utf8')) as string[];

/** What a text field keeps of a value: no line breaks. */
const inField = (text: string) => text.replace(/[\r\n]/g, '');

test('a rejected form comes back with the text as it was typed', async ({ page, request }) => {
  expect(STRINGS.length).toBeGreaterThan(400);
  await open(page, '/reset');
  for (const text of STRINGS) {
    const rejected = await request.post('/fn/request_reset', {
      form: { email: text },
      headers: { Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': 'document' },
      maxRedirects: 0,
    });
    expect(rejected.status(), text).toBe(302);
    const shown = await request.get('/reset');
    expect(shown.status(), text).toBe(200);
    const [value, scripts] = await page.evaluate((html) => {
      const { body } = new DOMParser().parseFromString(html, 'text/html');
      return [body.querySelector<HTMLInputElement>('input[name=email]')?.value, body.querySelectorAll('main script').length];
    }, await shown.text());
    expect(scripts, text).toBe(0);
    // Some are as long as the cookie that carries them may be.
    if (value !== '') expect(inField(value ?? ''), text).toBe(inField(text));
  }
});

test('the API answers all of them, and never with 5xx', async ({ request }) => {
  for (const text of STRINGS) {
    const calls = [
      request.post('/api/registration', { data: { username: text, email: text, password: text } }),
      request.post('/api/refresh', { data: text }),
      request.post('/api/login/verify', { data: { challenge: text, code: text } }),
      request.get('/api/me', { headers: { Authorization: `Bearer ${encodeURIComponent(text)}` } }),
      request.get(`/${encodeURIComponent(text)}`, { maxRedirects: 0 }),
      request.get(`/login?next=${encodeURIComponent(text)}`),
    ];
    for (const answer of await Promise.all(calls)) expect(answer.status(), `${answer.url()}: ${text}`).toBeLessThan(500);
  }
});

test('none of them runs as a script on a page', async ({ page }) => {
  await register(page);
  await open(page, '/account');
  const field = section(page, 'Email').getByLabel('New email address');
  for (const text of STRINGS.filter((text) => /[<>]|script|alert/i.test(text))) {
    await field.fill(inField(text));
    await expect(field).toHaveValue(inField(text));
  }
  await page.goto(`/login?next=${encodeURIComponent(STRINGS.filter((text) => text.includes('<')).join(''))}`.slice(0, 4000));
  await expect(main(page)).toBeVisible();
});
