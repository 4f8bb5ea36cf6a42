"""Kills, stops, slows down and fills up what the release build depends on, and prints a table of faults and outcomes.

Takes about ten minutes. Needs a release build (`script/bench` or `script/test` makes one) and PostgreSQL. `--kills N` sets
how often a server is killed in each of the two databases (50). As root on Linux it also fills a small file system.
Exit status: 0 if all outcomes are as promised in docs/operations.md, else 1."""

import argparse
import os
import shutil
import sys
import tempfile

import faults
from support import BINARY, Fault, Postgres, Server, expect

def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("--kills", type=int, default=50)
    arguments.add_argument("--only", default="", help="only the faults whose name contains this text")
    options = arguments.parse_args()
    expect(os.access(BINARY, os.X_OK), f"{BINARY} is missing; make a release build")
    postgres = Postgres()
    postgres.start()
    on_postgres = lambda fault, *more: lambda folder: fault(folder, postgres.database()[1], *more)
    on_sqlite = lambda fault, *more: lambda folder: fault(folder, f"sqlite://{folder}/test.db", *more)
    cases = [
        ("SQLite: killed under load", on_sqlite(faults.killed_under_load, options.kills)),
        ("PostgreSQL: killed under load", on_postgres(faults.killed_under_load, options.kills)),
        ("SQLite: SIGTERM under load", on_sqlite(faults.stopped_under_load)),
        ("PostgreSQL: SIGTERM under load", on_postgres(faults.stopped_under_load)),
        ("PostgreSQL: down at the start", lambda folder: faults.database_down_at_start(folder, postgres)),
        ("PostgreSQL: restarted under load", lambda folder: faults.database_restarted(folder, postgres)),
        ("PostgreSQL: hangs", lambda folder: faults.database_hangs(folder, postgres)),
        ("PostgreSQL: tables locked for 2 s", lambda folder: faults.database_slow(folder, postgres)),
        ("PostgreSQL: read-only", lambda folder: faults.database_read_only(folder, postgres)),
        ("PostgreSQL: pool exhausted", lambda folder: faults.pool_exhausted(folder, postgres)),
        ("SQLite: locked by another process", on_sqlite(faults.file_locked)),
        ("SQLite: backup while serving, restore", on_sqlite(faults.backup_while_serving)),
        ("SQLite: disk full", on_sqlite(faults.disk_full)),
        ("500 slow connections", on_sqlite(faults.slow_connections)),
        ("500 logins at once, half cut off", on_sqlite(faults.login_storm)),
    ]
    results = []
    try:
        for name, fault in cases:
            if options.only not in name:
                continue
            folder = tempfile.mkdtemp()
            try:
                outcome, is_good = fault(folder), True
            except (Fault, AttributeError) as fault_found:
                outcome, is_good = str(fault_found), False
            Server.kill_all()
            shutil.rmtree(folder, ignore_errors=True)
            results.append((name, is_good, outcome))
            print(f"{'ok    ' if is_good else 'FAILED'}  {name}: {outcome}", flush=True)
    finally:
        postgres.remove()
    print("\n| fault | outcome |\n|---|---|")
    for name, is_good, outcome in results:
        print(f"| {name} | {'' if is_good else '**failed:** '}{outcome} |")
    return 0 if all(is_good for _, is_good, _ in results) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Fault as problem:
        sys.exit(f"test-faults: {problem}")
