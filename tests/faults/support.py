"""Servers, databases and clients that the faults happen to."""

import collections
import glob
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
BINARY = os.environ.get("LATCHKEY_BIN", os.path.join(TARGET, "release/latchkey"))
PASSWORD, OTHER = "tin wolf orbit cave", "lantern otters juggle quietly"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


class Fault(Exception):
    """An outcome that was not promised."""


def expect(condition, what):
    if not condition:
        raise Fault(what)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait(condition, what, seconds=30):
    """Waits for a condition, and returns how many seconds it took."""
    began = time.monotonic()
    while not condition():
        expect(time.monotonic() - began < seconds, f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return time.monotonic() - began


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.body)

    def token(self):
        for cookie in self.headers.get_all("set-cookie") or []:
            if cookie.startswith("latchkey-session="):
                return cookie.split(";")[0].split("=", 1)[1]
        return None


class Server:
    """A server on a port, in a folder, with a database."""

    started = []

    @classmethod
    def kill_all(cls):
        while cls.started:
            process = cls.started.pop()
            process.kill()
            process.wait()

    def __init__(self, folder, database, **settings):
        self.folder, self.port, self.process = folder, free_port(), None
        self.environment = {
            "PATH": "", "LEPTOS_OUTPUT_NAME": "latchkey", "LEPTOS_SITE_ROOT": os.path.join(TARGET, "site"),
            "LEPTOS_SITE_ADDR": f"127.0.0.1:{self.port}", "DATABASE_URL": database, "CONFIRM_EMAIL": "false",
            "TRUSTED_PROXIES": "127.0.0.0/8", "RUST_LOG": "warn", "JWT_SECRET": "kX9q2Lw7Zr4Tb8Nv1Cf6Hs3Jd5Gm0Py9",
            **settings,
        }

    def start(self, is_ready=True):
        log = open(os.path.join(self.folder, f"log-{self.port}"), "ab")
        self.process = subprocess.Popen(
            [BINARY], cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, stderr=log)
        self.started.append(self.process)
        return wait(self.is_ready, "the start") if is_ready else None

    def log(self):
        return open(os.path.join(self.folder, f"log-{self.port}"), errors="replace").read()

    def run(self, *arguments):
        return subprocess.run([BINARY, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True)

    def add_user(self, name, email):
        arguments = [BINARY, "user", "add", name, "--email", email]
        done = subprocess.run(
            arguments, cwd=self.folder, env=self.environment, input=PASSWORD, capture_output=True, text=True)
        expect(done.returncode == 0, done.stderr)

    def call(self, method, path, body=None, headers=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            network = ".".join(str(random.randrange(1, 250)) for _ in range(3))
            everyone = {"X-Forwarded-For": f"198.{network}", "User-Agent": BROWSER}
            connection.request(method, path, body, {**everyone, **(headers or {})})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def try_call(self, *arguments, **named):
        """The answer; `None` without one."""
        try:
            return self.call(*arguments, **named)
        except (OSError, http.client.HTTPException):
            return None

    def api(self, method, path, data=None, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.try_call(method, f"/api{path}", None if data is None else json.dumps(data), headers)

    def form(self, name, token=None, **fields):
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        if token:
            headers["Cookie"] = f"latchkey-session={token}"
        return self.try_call("POST", f"/fn/{name}", urllib.parse.urlencode(fields), headers)

    def register(self, name):
        return self.form("register", username=name, email="", password=PASSWORD)

    def log_in(self, name, password=PASSWORD):
        return self.api("POST", "/login", {"username": name, "password": password})

    def page(self, token, path="/secret"):
        return self.try_call("GET", path, headers={"Cookie": f"latchkey-session={token}", "Accept": "text/html"})

    def is_ready(self):
        return is_ok(self.try_call("GET", "/readyz", timeout=15))

    def stop(self):
        began = time.monotonic()
        self.process.terminate()
        expect(self.process.wait(30) == 0, f"exit status {self.process.returncode}")
        return time.monotonic() - began

    def kill(self):
        self.process.kill()
        self.process.wait()

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


class Postgres:
    """A cluster of its own."""

    def __init__(self):
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [os.path.dirname(shutil.which("initdb") or "")]
        self.bin, self.folder, self.port, self.process = programs[-1], tempfile.mkdtemp(), free_port(), None
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        made = self.as_owner("initdb", "-D", f"{self.folder}/data", "--username=postgres", "--auth=trust", "--encoding=UTF8")
        expect(made.returncode == 0, f"initdb failed: {made.stderr}")
        self.names = 0

    def command(self, program, *arguments):
        owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        return [*owner, os.path.join(self.bin, program), *arguments]

    def as_owner(self, program, *arguments):
        return subprocess.run(self.command(program, *arguments), cwd=self.folder, capture_output=True, text=True)

    def start(self):
        arguments = ["-D", f"{self.folder}/data", "-p", str(self.port), "-c", "listen_addresses=127.0.0.1"]
        command = self.command("postgres", *arguments, "-c", "unix_socket_directories=")
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait(lambda: self.as_owner("pg_isready", "-h", "127.0.0.1", "-p", str(self.port)).returncode == 0, "PostgreSQL")

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        self.process.wait()

    def all_processes(self, which):
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        for process in [str(self.process.pid), *found]:
            os.kill(int(process), which)

    def sql(self, statement, database="postgres"):
        arguments = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-At", "-c", statement, database]
        done = self.as_owner("psql", *arguments)
        expect(done.returncode == 0, done.stderr)
        return done.stdout.strip()

    def database(self):
        self.names += 1
        self.sql(f"CREATE DATABASE faults{self.names} TEMPLATE template0 ENCODING 'UTF8'")
        return f"faults{self.names}", f"postgres://postgres@127.0.0.1:{self.port}/faults{self.names}"

    def remove(self):
        if self.process and self.process.poll() is None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


def is_ok(answer):
    """Whether there is an answer, with status 200."""
    return answer is not None and answer.status == 200


class Load:
    """Clients that ask for a page and log in until they are told to stop; counts the answers."""

    def __init__(self, server, token, name, clients=4):
        self.server, self.token, self.name, self.answers = server, token, name, collections.Counter()
        self.problems, self.stopping = set(), threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(number,)) for number in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def work(self, number):
        while not self.stopping.is_set():
            answer = self.server.page(self.token) if number % 2 else self.server.log_in(self.name)
            status = answer.status if answer else None
            self.answers[status] += 1
            if answer is None:
                continue
            if status not in (200, 503):
                self.problems.add(f"status {status}")
            if status == 503 and not answer.headers.get("retry-after"):
                self.problems.add("503 without Retry-After")
            if any("latchkey-session=;" in cookie for cookie in answer.headers.get_all("set-cookie") or []):
                self.problems.add("a cookie was cleared")
            if b"sqlx" in answer.body or b"SQLSTATE" in answer.body or b"postgres" in answer.body.lower():
                self.problems.add("text of the database in an answer")

    def summary(self):
        expect(not self.problems, ", ".join(sorted(self.problems)))
        return ", ".join(f"{count} × {status or 'no answer'}" for status, count in sorted(self.answers.items(), key=str))


def check_quiet(server):
    log = server.log()
    expect("panic" not in log, "a panic is in the log")
    expect("authn_token_reuse" not in log, "a false reuse alarm")
