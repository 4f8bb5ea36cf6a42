// How long an edit takes until `cargo leptos watch` serves it; see script/bench-watch.
import { availableParallelism, loadavg } from 'node:os';
import { withWatch } from './checkout.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const FIRST_BUILD_MILLISECONDS = 1_800_000;
const REBUILD_MILLISECONDS = 300_000;

/** What is edited, and how to tell that it is served. A `word` occurs nowhere else. */
const EDITS = [
  {
    name: 'a word of a page',
    file: 'src/site/pages/home.rs',
    original: '<p class="lead">{texts::HOME_LEAD}</p>',
    edited: (word) => `<p class="lead">"${word} " {texts::HOME_LEAD}</p>`,
    isServed: (watch, word) => isInPage(watch, '/', word),
  },
  {
    name: 'a use case',
    file: 'crates/core/src/service/session/log_in.rs',
    original: '"wrong name or password"',
    edited: (word) => `"${word}"`,
    // A failed login is logged with this text as its detail.
    isServed: async (watch, word) => {
      await watch.fetch('/api/login', { method: 'POST', body: '{"username":"nobody","password":"wrong"}' });
      return watch.log.includes(word);
    },
  },
  {
    name: 'a text',
    file: 'src/auth/texts.rs',
    original: '"Create your account."',
    edited: (word) => `"${word}"`,
    isServed: (watch, word) => isInPage(watch, '/registration', word),
  },
  {
    name: 'a style',
    file: 'style/pages.css',
    original: '.hero {',
    edited: (word) => `.${word} { color: red; }\n.hero {`,
    isServed: async (watch, word) => {
      const link = (await watch.fetch('/'))?.match(/<link[^>]*rel="stylesheet"[^>]*>/)?.[0];
      const css = link?.match(/href="([^"]+)"/)?.[1];
      return css && (await watch.fetch(css))?.includes(word);
    },
  },
];

/** In the document, and in the WASM that it loads. */
async function isInPage(watch, at, word) {
  const page = await watch.fetch(at);
  const wasm = page?.includes(word) && page.match(/"(\/pkg\/[^"]+\.wasm)"/)?.[1];
  return wasm && (await watch.fetch(wasm))?.includes(word);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const column = (seconds) => (Number.isFinite(seconds) ? seconds.toFixed(1) : '').padStart(7);

await withWatch(async (watch) => {
  const last = EDITS.map(({ original }) => original);
  const edit = (index, word) => {
    const text = EDITS[index].edited(word);
    watch.edit(EDITS[index].file, last[index], text);
    last[index] = text;
  };
  EDITS.forEach((_, index) => edit(index, `edit${index}start`));
  const started = performance.now();
  await watch.start(FIRST_BUILD_MILLISECONDS);
  console.log(`first build: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  console.log(`processors: ${availableParallelism()}, load: ${loadavg()[0].toFixed(1)}`);
  console.log(`${''.padEnd(18)} served processor   (median s; then each round until served)`);
  for (const [index, { name, file, isServed }] of EDITS.entries()) {
    const [served, processor] = [[], []];
    // The first edit after a build from scratch compiles more than later ones.
    for (let round = 0; round <= ROUNDS; round += 1) {
      await watch.untilQuiet();
      const [word, began, used] = [`edit${index}round${round}`, performance.now(), watch.processorSeconds()];
      const { starts } = watch;
      edit(index, word);
      if (file.endsWith('.rs')) {
        await watch.until(`a server with ${name}`, REBUILD_MILLISECONDS, () => watch.starts > starts);
      }
      await watch.until(`${name} to be served`, REBUILD_MILLISECONDS, () => isServed(watch, word));
      if (round === 0) continue;
      served.push((performance.now() - began) / 1000);
      processor.push(watch.processorSeconds() - used);
    }
    console.log(`${name.padEnd(17)}${column(median(served))} ${column(median(processor))}    ${served.map(column).join('')}`);
  }
  console.log(`load: ${loadavg()[0].toFixed(1)}`);
});
