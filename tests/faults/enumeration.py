"""Whether the time of an answer tells if an account or an address exists.

Asks 300 times each for known and unknown ones, in random order, while the mail server accepts connections and says
nothing. Prints, for each form, how often a random known one took longer than a random unknown one (the rank AUC): 0.5 is
no difference, 1 and 0 tell them apart. Exit status 1 if one lies outside 0.40 to 0.60."""

import random
import shutil
import socket
import sqlite3
import statistics
import sys
import tempfile
import time

from support import OTHER, PASSWORD, Fault, Server, expect

SAMPLES = 300
LEAST, MOST = 0.40, 0.60


def rank_auc(known, unknown):
    """The share of pairs in which the known one took longer; equal times count half."""
    ranks, total = sorted([(seconds, True) for seconds in known] + [(seconds, False) for seconds in unknown]), 0
    for rank, (_, is_known) in enumerate(ranks, 1):
        total += rank if is_known else 0
    return (total - len(known) * (len(known) + 1) / 2) / (len(known) * len(unknown))


def add_accounts(folder, names):
    """Copies the account `ada`."""
    database = sqlite3.connect(f"{folder}/test.db")
    columns = [row[1] for row in database.execute("PRAGMA table_info(users)") if row[1] != "id"]
    ada = dict(zip(columns, database.execute(f"SELECT {','.join(columns)} FROM users WHERE username = 'ada'").fetchone()))
    for name in names:
        email, public_id = f"{name}@example.org", "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=21)) + "A"
        row = {**ada, "username": name, "username_key": name, "email": email, "email_key": email, "public_id": public_id}
        database.execute(
            f"INSERT INTO users ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})", [row[it] for it in columns])
    database.commit()
    database.close()


def measure(ask):
    """Asks for each account once, in random order. Returns the seconds of the known and of the unknown ones."""
    order = [(number, is_known) for number in range(SAMPLES) for is_known in (True, False)]
    random.shuffle(order)
    seconds, statuses = {True: [], False: []}, set()
    for number, is_known in order:
        began = time.perf_counter()
        answer = ask(number, f"{'known' if is_known else 'ghost'}{number}")
        seconds[is_known].append(time.perf_counter() - began)
        statuses.add(answer and answer.status)
    expect(len(statuses) == 1 and min(statuses) < 429, f"statuses {statuses}")
    return seconds[True], seconds[False]


def cases(server):
    """Name and question of each form. Every question comes from another network."""
    tokens = []
    for number in range(2 * SAMPLES):
        tokens.append(server.form("login", username=f"asker{number}", password=PASSWORD).token())

    def log_in(_, name):
        return server.log_in(name, OTHER)

    def register(number, name):
        new = {"username": f"new{number}{name[0]}", "email": f"{name}@example.org", "password": OTHER}
        return server.api("POST", "/registration", new)

    def reset(_, name):
        return server.form("request_reset", email=f"{name}@example.org")

    def resend(_, name):
        # Another one than that of the registration: an address gets one such email a minute.
        return server.form("resend", email=f"{name}-too@example.org")

    def link(_, name):
        return server.form("request_login_link", email=f"{name}@example.org")

    def change(_, name):
        return server.form("change_email", token=tokens.pop(), email=f"{name}@example.org")

    return [("login", log_in), ("registration", register), ("reset", reset), ("resend", resend), ("login link", link),
            ("change of email", change)]


def main():
    folder = tempfile.mkdtemp()
    stalled = socket.create_server(("127.0.0.1", 0), backlog=512)
    mail = f"smtp://127.0.0.1:{stalled.getsockname()[1]}"
    server = Server(
        folder, f"sqlite://{folder}/test.db", CONFIRM_EMAIL="true", LOGIN_BY_EMAIL="true", MAIL_URL=mail)
    found = {}
    try:
        server.add_user("ada", "ada@example.org")
        asking = [f"asker{number}" for number in range(2 * SAMPLES)]
        known = [f"known{number}" for number in range(SAMPLES)]
        add_accounts(folder, known + [f"{name}-too" for name in known] + asking)
        server.start()
        print("| form | known, median | unknown, median | rank AUC |\n|---|---|---|---|")
        for name, ask in cases(server):
            known, unknown = measure(ask)
            found[name] = rank_auc(known, unknown)
            medians = [f"{statistics.median(seconds) * 1000:.2f} ms" for seconds in (known, unknown)]
            print(f"| {name} | {medians[0]} | {medians[1]} | {found[name]:.3f} |", flush=True)
    finally:
        Server.kill_all()
        shutil.rmtree(folder, ignore_errors=True)
    apart = [name for name, auc in found.items() if not LEAST <= auc <= MOST]
    print(f"{len(found)} forms, {SAMPLES} times each: rank AUC {min(found.values()):.2f} to {max(found.values()):.2f}")
    return f"enumeration: told apart: {', '.join(apart)}" if apart else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Fault as problem:
        sys.exit(f"enumeration: {problem}")
