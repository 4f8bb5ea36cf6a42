"""The faults. Each function causes one and returns what happened, or raises `Fault` if that was not promised."""

import collections
import concurrent.futures
import contextlib
import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

from support import OTHER, PASSWORD, Load, Server, check_quiet, expect, is_ok, wait

def killed_under_load(folder, database, kills):
    """Everything acknowledged is there after `kill -9`."""
    server = Server(folder, database)
    counts, slowest = collections.Counter(), 0.0
    for round_number in range(kills):
        slowest = max(slowest, server.start())
        acknowledged = {"registered": [], "logged out": [], "changed": []}

        def client(number):
            for attempt in range(100):
                name = f"u{round_number}-{number}-{attempt}"
                answer = server.register(name)
                if answer is None:
                    return
                expect(answer.status == 200, f"registration: {answer.status}")
                token = answer.token()
                if attempt % 3 == 1:
                    answer = server.form("logout", token=token)
                    if answer is not None and answer.status == 200:
                        acknowledged["logged out"].append(token)
                elif attempt % 3 == 2:
                    answer = server.form("change_password", token=token, current_password=PASSWORD, password=OTHER)
                    if answer is not None and answer.status == 200:
                        acknowledged["changed"].append(name)
                else:
                    acknowledged["registered"].append(token)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            clients = [pool.submit(client, number) for number in range(4)]
            time.sleep(0.2 + random.random() * 0.3)
            server.kill()
            for running in clients:
                running.result()
        slowest = max(slowest, server.start())
        for token in acknowledged["registered"]:
            expect(server.page(token).status == 200, "a registration is lost")
        for token in acknowledged["logged out"]:
            expect(server.page(token).status == 302, "a logout is lost")
        for name in acknowledged["changed"][:3]:
            expect(server.log_in(name, OTHER).status == 200, "a change of the password is lost")
        for what, done in acknowledged.items():
            counts[what] += len(done)
        server.kill()
    if database.startswith("sqlite:"):
        checked = sqlite3.connect(database.removeprefix("sqlite://")).execute("PRAGMA integrity_check").fetchone()
        expect(checked == ("ok",), f"integrity_check: {checked}")
    expect(slowest < 2, f"a start took {slowest:.1f} s")
    done = ", ".join(f"{count} {what}" for what, count in counts.items())
    return f"{kills} kills: nothing lost ({done}); started within {slowest:.1f} s"


def stopped_under_load(folder, database):
    server = Server(folder, database)
    server.start()
    token = server.register("ada").token()
    with Load(server, token, "ada") as load:
        time.sleep(1)
        seconds = server.stop()
    expect(seconds < 10, f"the stop took {seconds:.1f} s")
    expect(set(load.answers) <= {200, None}, load.summary())
    return f"exit status 0 after {seconds:.1f} s; {load.summary()}"


def database_down_at_start(folder, postgres):
    _, url = postgres.database()
    postgres.stop()
    server = Server(folder, url)
    server.start(is_ready=False)
    wait(lambda: is_ok(server.try_call("GET", "/livez")), "/livez")
    expect(server.call("GET", "/readyz").status == 503, "/readyz while there is no database")
    time.sleep(5)
    tries = server.log().count("waiting for the database")
    expect(2 <= tries <= 4, f"{tries} lines in 5 s")
    postgres.start()
    seconds = wait(server.is_ready, "the start")
    server.stop()
    return f"/livez 200, /readyz 503, a line per attempt; ready {seconds:.1f} s after the database"


def database_restarted(folder, postgres):
    name, url = postgres.database()
    server = Server(folder, url)
    server.start()
    token = server.register("ada").token()
    with Load(server, token, "ada") as load:
        time.sleep(1)
        postgres.stop()
        time.sleep(2)
        postgres.start()
        seconds = wait(lambda: is_ok(server.page(token)) and is_ok(server.log_in("ada")), "recovery")
    check_quiet(server)
    expect(seconds < 5, f"recovery took {seconds:.1f} s")
    expect(postgres.sql("SELECT count(*) FROM audit_events WHERE kind = 'authn_token_reuse'", name) == "0", "reuse alarm")
    server.stop()
    return f"{load.summary()}; recovered {seconds:.1f} s after the database"


def database_hangs(folder, postgres):
    _, url = postgres.database()
    server = Server(folder, url)
    server.start()
    token = server.register("ada").token()
    postgres.all_processes(signal.SIGSTOP)
    try:
        began = time.monotonic()
        time.sleep(1.2)
        answers = [server.page(token), server.log_in("ada"), server.try_call("GET", "/readyz", timeout=25)]
        seconds = time.monotonic() - began
        expect([answer.status for answer in answers] == [503] * 3, "a status other than 503")
        expect(server.call("GET", "/livez").status == 200, "/livez")
    finally:
        postgres.all_processes(signal.SIGCONT)
    recovered = wait(lambda: is_ok(server.page(token)), "recovery")
    check_quiet(server)
    server.stop()
    return f"3 × 503 within {seconds:.0f} s; recovered after {recovered:.1f} s"


def database_slow(folder, postgres):
    name, url = postgres.database()
    server = Server(folder, url)
    server.start()
    token = server.register("ada").token()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        locked = pool.submit(postgres.sql, "BEGIN; LOCK TABLE users, sessions; SELECT pg_sleep(2); COMMIT", name)
        time.sleep(0.5)
        began = time.monotonic()
        answers = [server.log_in("ada"), server.page(token)]
        seconds = time.monotonic() - began
        locked.result()
    expect([answer.status for answer in answers] == [200, 200], "a request failed")
    server.stop()
    return f"requests waited ({seconds:.1f} s) and succeeded"


def database_read_only(folder, postgres):
    name, url = postgres.database()
    server = Server(folder, url)
    server.start()
    token = server.register("ada").token()
    kick = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'"
    postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    postgres.sql(kick)
    read, write = server.page(token), server.log_in("ada")
    expect((read.status, write.status) == (200, 503), f"{read.status}, {write.status}")
    postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = off")
    postgres.sql(kick)
    wait(lambda: is_ok(server.log_in("ada")), "recovery")
    check_quiet(server)
    server.stop()
    return "pages are shown, writes get 503; recovers"


def pool_exhausted(folder, postgres):
    _, url = postgres.database()
    server = Server(folder, url, DATABASE_CONNECTIONS="1")
    server.start()
    token = server.register("ada").token()
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = collections.Counter(answer.status for answer in pool.map(lambda _: server.page(token, "/account"), range(200)))
    expect(set(answers) <= {200, 503}, str(answers))
    server.stop()
    return f"one connection, 200 pages, 50 at once: {dict(answers)}"


def file_locked(folder, database):
    server = Server(folder, database)
    server.start()
    token = server.register("ada").token()
    other = sqlite3.connect(database.removeprefix("sqlite://"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    read, write = server.page(token), server.log_in("ada")
    seconds = time.monotonic() - began
    other.execute("ROLLBACK")
    expect((read.status, write.status) == (200, 503), f"{read.status}, {write.status}")
    expect(server.log_in("ada").status == 200, "recovery")
    server.stop()
    return f"pages are shown, a write gets 503 after {seconds:.0f} s; recovers at once"


def backup_while_serving(folder, database):
    server = Server(folder, database)
    server.start()
    token = server.register("ada").token()
    copy = os.path.join(folder, "copy.db")
    with Load(server, token, "ada") as load:
        time.sleep(0.5)
        expect((done := server.run("backup", copy)).returncode == 0, done.stderr)
    expect(set(load.answers) == {200}, load.summary())
    server.stop()
    restored = Server(folder, f"sqlite://{copy}")
    expect((done := restored.run("sessions", "end-all")).returncode == 0, done.stderr)
    restored.start()
    expect(restored.page(token).status == 302, "a session of the backup lives")
    expect(restored.log_in("ada").status == 200, "no login after a restore")
    restored.stop()
    return "the copy starts; `sessions end-all` ended its sessions; the server answered 200 throughout"


def fill(path):
    """Writes a file until there is no room."""
    with open(path, "wb", buffering=0) as junk, contextlib.suppress(OSError):
        while True:
            junk.write(b"x" * 4096)


def disk_full(folder, _):
    if os.getuid() != 0 or not sys.platform.startswith("linux"):
        return "not tried: needs root on Linux"
    disk = os.path.join(folder, "disk")
    os.mkdir(disk)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], check=True)
    try:
        server = Server(folder, f"sqlite://{disk}/test.db")
        server.start()
        token = server.register("ada").token()
        fill(f"{disk}/junk")
        write = server.register("bob")
        statuses = {server.register(f"user{number}").status for number in range(20)} | {write.status}
        expect(503 in statuses and statuses <= {200, 503}, f"{statuses}")
        expect(server.page(token).status in (200, 503), "a page")
        os.remove(f"{disk}/junk")
        wait(lambda: is_ok(server.register(f"later{random.randrange(10**6)}")), "recovery")
        check_quiet(server)
        server.stop()
        checked = sqlite3.connect(f"{disk}/test.db").execute("PRAGMA integrity_check").fetchone()
        expect(checked == ("ok",), f"integrity_check: {checked}")
    finally:
        subprocess.run(["umount", "-l", disk], check=False)
    return "writes get 503; recovers when there is room; integrity_check ok"


def slow_connections(folder, database):
    server = Server(folder, database)
    server.start()
    slow = []
    for number in range(500):
        connection = socket.socket()
        # Without X-Forwarded-For, loopback is a trusted proxy and has no share: all 500 are kept.
        connection.connect(("127.0.0.1", server.port))
        connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        slow.append(connection)
    began = time.monotonic()
    expect(server.call("GET", "/login").status == 200, "a new client")
    seconds = time.monotonic() - began
    expect(seconds < 1, f"a new client waited {seconds:.1f} s")
    for connection in slow:
        connection.settimeout(20)
    closed = wait(lambda: all(is_closed(connection) for connection in slow), "the time limit of the heads", 20)
    server.stop()
    return f"a new client was served in {seconds * 1000:.0f} ms; the slow ones were closed after {closed:.0f} s"


def is_closed(connection):
    """Whether the server has answered or closed a connection."""
    connection.setblocking(False)
    try:
        connection.recv(4096)
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True


def login_storm(folder, database):
    server = Server(folder, database)
    server.start()
    for number in range(20):
        server.log_in(f"before{number}")
    idle, peak, stopping = server.resident_mib(), [0.0], threading.Event()

    def watch():
        while not stopping.is_set():
            peak[0] = max(peak[0], server.resident_mib())
            time.sleep(0.01)

    def log_in(number):
        if number % 2:
            return server.log_in(f"unknown{number}", PASSWORD)
        # Cut off while it waits.
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        body = json.dumps({"username": f"unknown{number}", "password": PASSWORD})
        connection.request("POST", "/api/login", body, {"X-Forwarded-For": f"203.0.{number % 250}.7"})
        time.sleep(0.02)
        connection.close()
        return None

    watcher = threading.Thread(target=watch)
    watcher.start()
    with concurrent.futures.ThreadPoolExecutor(500) as pool:
        answers = collections.Counter(answer.status for answer in pool.map(log_in, range(500)) if answer)
    stopping.set()
    watcher.join()
    # An unknown name costs the same hash as a wrong password, and is not limited by the guesses for another one.
    expect(set(answers) <= {401, 503}, str(answers))
    limit = (idle + os.cpu_count() * 19) * 1.2
    expect(peak[0] <= limit, f"{peak[0]:.0f} MiB, more than {limit:.0f}")
    server.stop()
    return f"{dict(answers)}; memory {idle:.0f} MiB before, at most {peak[0]:.0f} MiB (limit {limit:.0f})"
