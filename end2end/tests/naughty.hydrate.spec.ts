// Text that breaks programs: every string of the Big List of Naughty Strings goes through a form and the API, and back.
import { readFileSync } from 'node:fs';
import { expect, test } from './support';

const STRINGS = JSON.parse(readFileSync(require.resolve('big-list-of-naughty-strings/blns.json'), 'utf8')) as string[];
/** Refused before it is hashed. */
const TOO_LONG = 'x'.repeat(2_000);

/** What a text field keeps of a value: no line breaks. */
const inField = (text: string) => text.replace(/[\r\n]/g, '');

test('a rejected form comes back with the text as it was typed, and as text', async ({ page, request }) => {
  expect(STRINGS.length).toBeGreaterThan(400);
  await page.goto('/livez');
  for (const text of STRINGS) {
    const rejected = await request.post('/fn/login', {
      form: { username: text, password: TOO_LONG },
      headers: { Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': 'document' },
      maxRedirects: 0,
    });
    expect(rejected.status(), text).toBe(302);
    const shown = await request.get('/login');
    expect(shown.status(), text).toBe(200);
    const [value, foreign] = await page.evaluate((html) => {
      const { body } = new DOMParser().parseFromString(html, 'text/html');
      const main = body.querySelector('main');
      return [
        main?.querySelector<HTMLInputElement>('input[name=username]')?.value,
        main?.querySelectorAll('script, img, svg, iframe, object, style, [onerror], [onload], [onclick]').length,
      ];
    }, await shown.text());
    expect(foreign, text).toBe(0);
    expect(inField(value ?? ''), text).toBe(inField(text));
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
