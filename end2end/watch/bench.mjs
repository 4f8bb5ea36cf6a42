// Measures how long an edit takes until `cargo leptos watch` serves it; see script/bench-watch.
import { availableParallelism, loadavg } from 'node:os';
import { withWatch } from './checkout.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const FIRST_BUILD = 1_800_000;
const REBUILD = 300_000;

/** The n-th edit of each kind, and what shows that it is served. `word` is in nothing else. */
const edits = [
  {
    name: 'a word of a page',
    file: 'src/site/pages/home.rs',
    before: '<p class="lead">{texts::HOME_LEAD}</p>',
    after: (word) => `<p class="lead">"${word} " {texts::HOME_LEAD}</p>`,
    isServed: (watch, word) => isInPage(watch, '/', word),
  },
  {
    name: 'a use case',
    file: 'crates/core/src/service/session/log_in.rs',
    before: '"wrong name or password"',
    after: (word) => `"${word}"`,
    isServed: async (watch, word) => {
      await watch.fetch('/api/login', { method: 'POST', body: '{"username":"nobody","password":"wrong"}' });
      return watch.log.includes(word);
    },
  },
  {
    name: 'a text',
    file: 'src/auth/texts.rs',
    before: '"Create your account."',
    after: (word) => `"${word}"`,
    isServed: (watch, word) => isInPage(watch, '/registration', word),
  },
  {
    name: 'a style',
    file: 'style/pages.css',
    before: '.hero',
    after: (word) => `.${word} { color: red; }\n.hero`,
    isServed: async (watch, word) => {
      const css = (await watch.fetch('/'))?.match(/rel="stylesheet" href="([^"]+)"|href="([^"]+)" rel="stylesheet"/);
      return css && (await watch.fetch(css[1] ?? css[2]))?.includes(word);
    },
  },
];

/** In the document, and in the WASM that it loads. */
async function isInPage(watch, at, word) {
  const page = await watch.fetch(at);
  const wasm = page?.includes(word) && page.match(/"(\/pkg\/[^"]+\.wasm)"/);
  return wasm && (await watch.fetch(wasm[1]))?.includes(word);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const seconds = (milliseconds) => (milliseconds / 1000).toFixed(1).padStart(7);

await withWatch(async (watch) => {
  let last = edits.map(({ before }) => before);
  const change = (index, word) => {
    const next = edits[index].after(word);
    watch.edit(edits[index].file, last[index], next);
    last[index] = next;
  };
  edits.forEach((_, index) => change(index, `word${index}start`));
  const since = performance.now();
  await watch.start(FIRST_BUILD);
  console.log(`${availableParallelism()} processors, load ${loadavg()[0].toFixed(1)}; first build ${seconds(performance.now() - since).trim()} s`);
  console.log(`${'edit'.padEnd(20)} ${'median'.padStart(7)}   rounds, in s`);
  for (const [index, edit] of edits.entries()) {
    const taken = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const word = `word${index}round${round}`;
      const began = performance.now();
      const { starts } = watch;
      change(index, word);
      if (edit.file.endsWith('.rs')) {
        await watch.until(`a server after ${edit.name}`, REBUILD, () => watch.starts > starts);
      }
      await watch.until(`${edit.name} is served`, REBUILD, () => edit.isServed(watch, word));
      taken.push(performance.now() - began);
      // The other of the two builds may still be running.
      await watch.untilQuiet(3000);
    }
    console.log(`${edit.name.padEnd(20)} ${seconds(median(taken))}   ${taken.map(seconds).join(' ')}`);
  }
});
