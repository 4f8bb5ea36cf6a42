// Runs every spec twice against the release binary: with scripts and without. Specs that need scripts are called
// `*.hydrate.spec.ts`. Build first (`LEPTOS_HASH_FILES=true cargo leptos build --release --split --lib-features split`), then
// run `npx playwright test`.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { defineConfig, devices } from '@playwright/test';

const root = path.resolve(__dirname, '..');
const binary = path.resolve(
  root,
  process.env.LATCHKEY_BIN ?? path.join(process.env.CARGO_TARGET_DIR ?? 'target', 'release/latchkey'),
);

// Every worker reads this file again. The first reader chooses the ports; the others find them in the environment.
const origin = (process.env.LATCHKEY_ORIGIN ??= `http://127.0.0.1:${freePort()}`);
const shortLifeOrigin = (process.env.LATCHKEY_SHORT_LIFE_ORIGIN ??= `http://127.0.0.1:${freePort()}`);

const mailOrigin = (process.env.LATCHKEY_MAIL_ORIGIN ??= `http://127.0.0.1:${freePort()}`);
// Passkeys need a host with a name.
const namedOrigin = (process.env.LATCHKEY_NAMED_ORIGIN ??= `http://localhost:${freePort()}`);
process.env.LATCHKEY_MAILS ??= path.join(__dirname, 'test-results', 'mail', 'mails');

const chromium = process.env.CHROMIUM_PATH ?? onPath('chromium') ?? onPath('google-chrome');

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // A flaky test is a bug, in the test or in the code that it tests.
  retries: 0,
  reporter: [['list']],
  expect: { timeout: 10_000 },
  use: {
    ...devices['Desktop Chrome'],
    baseURL: origin,
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    launchOptions: {
      // Without an installed browser, use the one of Playwright.
      ...(chromium && { executablePath: chromium }),
      args: ['--disable-gpu', '--disable-quic', '--disable-sync', '--disable-background-networking'],
    },
  },
  projects: [
    { name: 'scripts-on' },
    { name: 'scripts-off', use: { javaScriptEnabled: false }, testIgnore: '**/*.hydrate.spec.ts' },
  ],
  webServer: [
    server('server', origin),
    server('short-life', shortLifeOrigin, { JWT_ACCESS_LIFESPAN: '2s' }),
    server('mail', mailOrigin, { CONFIRM_EMAIL: 'true', LOGIN_BY_EMAIL: 'true' }),
    server('named', namedOrigin),
  ],
});

/** The release binary at `at`, with its own database. All settings are given, so the environment does not matter. */
function server(name: string, at: string, settings: Record<string, string> = {}) {
  const data = path.join(__dirname, 'test-results', name);
  return {
    name,
    command: `unset PORT; mkdir -p "${data}" && exec "${binary}"`,
    cwd: root,
    url: `${at.replace('localhost', '127.0.0.1')}/readyz`,
    reuseExistingServer: false,
    timeout: 30_000,
    gracefulShutdown: { signal: 'SIGTERM' as const, timeout: 10_000 },
    env: {
      LEPTOS_ENV: 'DEV',
      LEPTOS_SITE_ADDR: at.replace('http://', '').replace('localhost', '127.0.0.1'),
      PUBLIC_URL: at,
      DATABASE_URL: `sqlite://${data}/latchkey.db`,
      MAIL_URL: `file://${data}/mails`,
      JWT_SECRET: 'for-browser-tests-only-0123456789',
      JWT_ACCESS_LIFESPAN: '15m',
      CONFIRM_EMAIL: 'false',
      // Tests have an address of their own each, see `tests/support.ts`.
      TRUSTED_PROXIES: '127.0.0.1',
      RUST_LOG: 'warn',
      LOG_FORMAT: 'text',
      ...settings,
    },
  };
}

function freePort(): string {
  const print = 'const s = net.createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })';
  return execFileSync(process.execPath, ['-e', print], { encoding: 'utf8' }).trim();
}

function onPath(program: string): string | undefined {
  const candidates = (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, program));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
