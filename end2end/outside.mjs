// Behind a TLS proxy on the ports of https and http: MDN's HTTP Observatory gives 100 points or more, and Firefox
// hydrates and registers. Run by `script/test-security`, which installs both; needs root for the ports.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [binary, site, packages, firefox, certificate] = process.argv.slice(2);
const load = createRequire(path.join(packages, 'package.json'));
const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-'));
const password = 'quiet otters juggle lanterns';
let server;

function check(condition, what) {
  if (!condition) throw new Error(what);
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function start() {
  const port = await freePort();
  const environment = {
    LEPTOS_OUTPUT_NAME: 'latchkey', LEPTOS_SITE_ROOT: site, LEPTOS_ENV: 'PROD', LEPTOS_SITE_ADDR: `127.0.0.1:${port}`,
    DATABASE_URL: `sqlite://${folder}/test.db`, MAIL_URL: `file://${folder}/mail`, CONFIRM_EMAIL: 'false', RUST_LOG: 'warn',
    JWT_SECRET: 'for-this-run-only-0123456789abcdef', PUBLIC_URL: 'https://localhost', TRUSTED_PROXIES: '127.0.0.1',
  };
  server = spawn(binary, [], { cwd: folder, env: environment, stdio: 'inherit' });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { Host: 'localhost' } }).catch(() => null);
    if (ready?.ok) return port;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the server did not start');
}

/** Serves https, and redirects http to it. */
async function proxy(port) {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(path.join(certificate, name)));
  const forward = (request, response) => {
    const { method, url, socket } = request;
    const headers = { ...request.headers, 'x-forwarded-for': socket.remoteAddress, 'x-forwarded-proto': 'https' };
    const sent = http.request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    request.pipe(sent);
  };
  const redirect = (request, response) => {
    response.writeHead(301, { Location: `https://localhost${request.url}` }).end();
  };
  const listening = [
    https.createServer({ key, cert }, forward).listen(443, 'localhost'),
    http.createServer(redirect).listen(80, 'localhost'),
  ];
  await Promise.all(listening.map((each) => new Promise((resolve, reject) => each.on('listening', resolve).on('error', reject))));
}

async function observatory() {
  const module = path.join(packages, 'node_modules/@mdn/mdn-http-observatory/src/scanner/index.js');
  const { scan } = await import(pathToFileURL(module));
  const { scan: result, tests } = await scan('localhost');
  const failed = Object.entries(tests).filter(([, test]) => !test.pass).map(([name, test]) => `${name}: ${test.result}`);
  console.log(`observatory: ${result.score} points, grade ${result.grade}; ${failed.join(', ') || 'every test passed'}`);
  return result.score >= 100;
}

async function inFirefox() {
  const browser = await load('puppeteer-core').launch({
    browser: 'firefox', executablePath: firefox, headless: true, acceptInsecureCerts: true,
  });
  try {
    const page = await browser.newPage();
    const messages = [];
    page.on('console', (message) => messages.push(message.text()));
    page.on('pageerror', (error) => messages.push(String(error)));
    await page.goto('https://localhost/registration');
    // Exists only after the hydration.
    await page.waitForSelector('aria/Show password', { timeout: 20_000 });
    await page.type('[name=username]', 'ada');
    await page.type('[name=email]', 'ada@example.org');
    await page.type('[name=password]', password);
    await page.click('main [type=submit]');
    await page.waitForSelector('form[action="/fn/logout"]', { timeout: 20_000 });
    const cookie = (await page.cookies()).find((each) => each.name === '__Host-latchkey-session');
    check(cookie?.httpOnly && cookie.secure, 'no session cookie, or a readable one');
    for (const shown of ['/', '/secret', '/account', '/account/second_factor', '/login']) {
      await page.goto(`https://localhost${shown}`);
    }
    check(messages.length === 0, `messages in the console: ${messages.join(' | ')}`);
    console.log(`${await browser.version()}: registered, hydrated, five pages, nothing in the console`);
  } finally {
    await browser.close();
  }
}

try {
  await proxy(await start());
  check(await observatory(), 'fewer than 100 points');
  await inFirefox();
} catch (error) {
  console.error(`outside: ${error.message}`);
  process.exitCode = 1;
} finally {
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
