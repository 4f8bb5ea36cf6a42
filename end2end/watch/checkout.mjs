// A copy of the checkout in a temporary folder, with `cargo leptos watch` running in it; the checkout is never changed.
//
// The build output is kept in `watch/` of the target folder, because a first build takes minutes. It is not shared with
// the checkout: cargo compares modification times, and would take what was built from an edited copy for its own.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '../..');
const POLL_MILLISECONDS = 100;
const QUIET_MILLISECONDS = 2_000;
const STOP_MILLISECONDS = 15_000;

/** Copies what Git tracks or would track, with new modification times: cargo then rebuilds what an earlier copy edited. */
function copyCheckout() {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-watch-'));
  const git = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', git, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\0');
  for (const file of files.filter((file) => file !== '' && existsSync(path.join(root, file)))) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    cpSync(path.join(root, file), path.join(folder, file));
  }
  return folder;
}

function targetFolder() {
  const metadata = execFileSync('cargo', ['metadata', '--no-deps', '--format-version', '1'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return path.join(JSON.parse(metadata).target_directory, 'watch');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A running `cargo leptos watch`. */
export class Watch {
  folder = copyCheckout();
  log = '';
  #process;
  #hasEnded = false;

  /** Replaces text of a file of the copy; it must be there. */
  edit(file, from, to) {
    const at = path.join(this.folder, file);
    const text = readFileSync(at, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
    writeFileSync(at, text.replace(from, to));
  }

  /** Starts the watch and waits until the first build is served. */
  async start(deadline) {
    const [port, reloadPort] = [await freePort(), await freePort()];
    this.origin = `http://127.0.0.1:${port}`;
    const environment = {
      ...process.env,
      CARGO_TARGET_DIR: targetFolder(),
      LEPTOS_SITE_ADDR: `127.0.0.1:${port}`,
      LEPTOS_RELOAD_PORT: String(reloadPort),
      LEPTOS_ENV: 'DEV',
      PUBLIC_URL: this.origin,
      DATABASE_URL: `sqlite://${this.folder}/data/latchkey.db`,
      MAIL_URL: `file://${this.folder}/data/mail`,
      JWT_SECRET: 'for-this-watch-only-0123456789abcdef',
      CONFIRM_EMAIL: 'false',
      RUST_LOG: 'warn,latchkey_core=info',
      LOG_FORMAT: 'text',
    };
    delete environment.PORT;
    // In a process group of its own, so that the compilers and the server end with it.
    this.#process = spawn('cargo', ['leptos', 'watch'], { cwd: this.folder, env: environment, detached: true });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.log += text));
    }
    this.#process.on('exit', () => (this.#hasEnded = true));
    await this.until('the first build', deadline, () => this.fetch('/readyz'));
  }

  /** The body at a path, or nothing as long as there is none. */
  async fetch(at, options = {}) {
    try {
      const response = await fetch(this.origin + at, { signal: AbortSignal.timeout(5000), ...options });
      return response.ok ? Buffer.from(await response.arrayBuffer()).toString('latin1') : undefined;
    } catch {
      return undefined;
    }
  }

  /** Waits until `check` returns something true; `milliseconds` bounds it. */
  async until(what, milliseconds, check) {
    const end = Date.now() + milliseconds;
    for (;;) {
      const found = await check();
      if (found) return found;
      if (this.#hasEnded) throw new Error(`cargo leptos watch ended before ${what}\n${this.log.slice(-3000)}`);
      if (Date.now() > end) throw new Error(`not within ${milliseconds / 1000} s: ${what}\n${this.log.slice(-3000)}`);
      await sleep(POLL_MILLISECONDS);
    }
  }

  /** Seconds of processor time that all builds up to now have used; nothing where the system doesn't tell. */
  processorSeconds() {
    const stat = `/proc/${this.#process.pid}/stat`;
    if (!existsSync(stat)) return undefined;
    // Fields 14 to 17: user and system time of the process, and of its children that have ended, in hundredths.
    const fields = readFileSync(stat, 'utf8').split(') ').at(-1).split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  }

  /** How many servers have been started. */
  get starts() {
    return this.log.split(' is ready: ').length - 1;
  }

  /** Waits until nothing has been logged for a while: no build is running. */
  async untilQuiet() {
    for (let length = -1; length !== this.log.length; ) {
      length = this.log.length;
      await sleep(QUIET_MILLISECONDS);
    }
  }

  /** Ends everything and deletes the copy. */
  async stop() {
    const signal = (name) => {
      try {
        process.kill(-this.#process.pid, name);
      } catch {
        // The group has ended.
      }
    };
    if (this.#process !== undefined) {
      signal('SIGTERM');
      for (let waited = 0; !this.#hasEnded && waited < STOP_MILLISECONDS; waited += POLL_MILLISECONDS) {
        await sleep(POLL_MILLISECONDS);
      }
      signal('SIGKILL');
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs `work` with a watch that is stopped however it ends. */
export async function withWatch(work) {
  const watch = new Watch();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(name, () => watch.stop().finally(() => process.exit(1)));
  }
  try {
    await work(watch);
  } finally {
    await watch.stop();
  }
}
