// An open page follows edits of the source; see script/test-watch.
import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { withWatch } from './checkout.mjs';

const FIRST_BUILD_MILLISECONDS = 1_800_000;
const REBUILD_MILLISECONDS = 300_000;

function onPath(program) {
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

await withWatch(async (watch) => {
  await watch.start(FIRST_BUILD_MILLISECONDS);
  const executablePath = process.env.CHROMIUM_PATH ?? onPath('chromium') ?? onPath('google-chrome');
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--disable-gpu'] });
  try {
    const page = await browser.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(watch.origin);
    const lead = page.locator('.lead');
    await lead.waitFor();
    assert.ok(!(await lead.textContent()).includes('edited word'));

    // The page reloads itself: nothing here navigates.
    watch.edit('src/site/pages/home.rs', '<p class="lead">', '<p class="lead">"edited word " ');
    await page.locator('.lead', { hasText: 'edited word' }).waitFor({ timeout: REBUILD_MILLISECONDS });
    const wasm = await page.evaluate(async () => {
      const link = document.querySelector('link[as="fetch"]');
      return (await (await fetch(link.href)).text()).includes('edited word');
    });
    assert.ok(wasm, 'the WASM that the page links has the edited word');
    console.log('test-watch: the page shows the edited word');

    await watch.untilQuiet();
    watch.edit('style/pages.css', '.hero {', '.lead { color: rgb(1, 2, 3) !important; }\n.hero {');
    const colour = () => lead.evaluate((element) => getComputedStyle(element).color);
    await watch.until('the edited style', REBUILD_MILLISECONDS, async () => (await colour()) === 'rgb(1, 2, 3)');
    console.log('test-watch: the page shows the edited style');
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
  }
});
