"""Runs the rows: all peers of a row in turns, A B C A B C, and of each the run in the middle."""

import subprocess
import time

from . import places
from .peers import CEnqueue, Holdfast
from .processes import PeerFailed, on_core, run_client
from .rows import (
    BOOTSTRAP_FEW, BOOTSTRAP_MANY, BOOTSTRAP_MIB, BOOTSTRAP_RATE, BUILD_RATIO, CSV, CSV_DUCKDB, CSV_FILES, CSV_PYTHON,
    CSV_SPEED, DECODE, DRAIN_FEW, DRAIN_GROWTH, DRAIN_MANY, DRAIN_RATE, ENCODE, ENCODE_UNSORTED, IDLE_CONNECTIONS,
    IDLE_KIB, PROPAGATION_MS, RECONNECT, RECONNECT_ADMITTED, RECONNECT_DEVICES, RECONNECT_SERVED, SYNC,
    SYNC_PAYLOAD, Load)


def measure_row(row, rounds, work, identity, say):
    """{peer: {"runs": […], "median": {…}} or {"failed": why}}"""
    peers = [kind(work / row.name, *identity) for kind in row.peers]
    results = {peer.name: {"runs": []} for peer in peers}

    def attempt(peer, action):
        try:
            return action()
        except (PeerFailed, OSError, ValueError) as problem:
            results[peer.name]["failed"] = str(problem)
            say(f"  {peer.name} failed: {problem}")

    try:
        for peer in peers:
            attempt(peer, lambda: peer.start(row.cores_of(type(peer))[0]))
        for _ in range(rounds):
            for peer in peers:
                if "failed" not in results[peer.name]:
                    run = attempt(peer, lambda: checked(peer.measure(row.load, row.cores_of(type(peer))[1])))
                    if run:
                        results[peer.name]["runs"].append(run)
    finally:
        for peer in peers:
            peer.stop()
    for result in results.values():
        if "failed" not in result:
            runs = sorted(result["runs"], key=lambda run: run[row.figure])
            result["median"] = runs[len(runs) // 2]
    return results


def checked(run):
    if run["errors"] or not run["calls"]:
        raise PeerFailed(f"{run['errors']} errors in {run['calls']} calls")
    return run


def check(row_name, what, floor, value, lower_is_better=False, note=None):
    """What was found against what has to hold. `ok` is None where there is only an aim, or nothing was measured."""
    def holds(bound):
        if bound is None or value is None:
            return None
        return value <= bound if lower_is_better else value >= bound

    return {
        "row": row_name, "what": what, "value": value, "floor": floor.floor, "aim": floor.aim,
        "at_most": lower_is_better, "ok": holds(floor.floor), "aim_met": holds(floor.aim), "note": note,
    }


def check_row(row, results):
    latency = row.figure == "p50_us"
    checks = []
    for floor in row.floors:
        ours, theirs = results["holdfast"].get("median"), results[floor.peer].get("median")
        value = ours[row.figure] / theirs[row.figure] if ours and theirs and theirs[row.figure] else None
        found = check(row.name, f"× {floor.peer}", floor, value, lower_is_better=latency)
        if value is None and floor.floor is not None:
            found["ok"] = False
            found["note"] = results["holdfast"].get("failed") or results[floor.peer].get("failed")
        checks.append(found)
    return checks


def measure_idle(work, identity, say):
    """Resident memory of the hub for each of many idle connections, against what one warm connection left.

    A benchmark with one call in flight opens them all and uses the first.
    """
    peer = Holdfast(work / "idle", *identity)
    clients = None
    found = {}
    try:
        peer.start(None)
        peer.measure(Load("echo", seconds=1), None)
        before, descriptors = peer.server.resident_kib(), peer.server.descriptors()
        command = [
            places.HOLDFAST, "bench", "echo", "--data", peer.work / "data", "--connections", IDLE_CONNECTIONS,
            "--inflight", 1, "--seconds", 10, "--json"]
        clients = subprocess.Popen(on_core(None, command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 60
        while peer.server.descriptors() < descriptors + IDLE_CONNECTIONS:
            if clients.poll() is not None:
                raise PeerFailed(f"the clients ended: {clients.stderr.read()[-600:].strip()}")
            if time.monotonic() > end:
                raise PeerFailed(f"{peer.server.descriptors() - descriptors} of {IDLE_CONNECTIONS} connected in 60 s")
            time.sleep(0.05)
        time.sleep(2)
        during = peer.server.resident_kib()
        found = {
            "connections": IDLE_CONNECTIONS, "before_kib": before, "during_kib": during,
            "kib_per_connection": round((during - before) / IDLE_CONNECTIONS, 2)}
        clients.wait(60)
    except (PeerFailed, OSError, ValueError, subprocess.TimeoutExpired) as problem:
        found = {"failed": str(problem)}
        say(f"  failed: {problem}")
    finally:
        if clients and clients.poll() is None:
            clients.kill()
        peer.stop()
    value = found.get("kib_per_connection")
    result = check("idle", "KiB for each idle connection", IDLE_KIB, value, lower_is_better=True)
    if value is None:
        result["ok"], result["note"] = False, found["failed"]
    return found, [result]


class Sync:
    """A hub and the replicas that are brought in step with it."""

    def __init__(self, work, identity):
        self.hub = Holdfast(work / "sync", *identity)
        self.commits = CEnqueue(work / "sync", *identity)
        self.spaces = 0

    def run(self, op, space, seconds=3, *more):
        return checked(run_client(
            [places.HOLDFAST, "bench", op, "--data", self.hub.work / "data", "--space", space, "--payload",
             SYNC_PAYLOAD, "--seconds", seconds, *more, "--json"], None, 600))

    def drain(self, operations, *more):
        """Brings the operations into a space of their own; its name, and what was found."""
        self.spaces += 1
        space = f"{operations}-{self.spaces}"
        return space, self.run("drain", space, 3, "--operations", operations, *more)

    def round(self, seconds):
        few, drained_few = self.drain(DRAIN_FEW)
        many, drained_many = self.drain(DRAIN_MANY)
        _, drained_at_random = self.drain(DRAIN_MANY, "--random-keys")
        small, _ = self.drain(BOOTSTRAP_FEW)
        commit = checked(self.commits.measure(Load("enqueue", in_flight=1, payload=SYNC_PAYLOAD, seconds=seconds), None))
        return {
            "drain_few": drained_few, "drain_many": drained_many, "drain_at_random": drained_at_random,
            "bootstrap_few": self.run("bootstrap", small),
            "bootstrap_many": self.run("bootstrap", many), "propagation": self.run("propagation", few, seconds),
            "commit": commit}


def measure_sync(work, identity, rounds, seconds, say):
    """How replicas get in step with a hub. Of each kind the run in the middle counts."""
    sync = Sync(work, identity)
    runs = []
    try:
        sync.hub.start(None)
        for _ in range(rounds):
            runs.append(sync.round(seconds))
    except (PeerFailed, OSError, ValueError) as problem:
        say(f"  failed: {problem}")
        missed = check(SYNC, "operations/s drained", DRAIN_RATE, None, note=str(problem))
        return {"failed": str(problem), "runs": runs}, [missed | {"ok": False}]
    finally:
        sync.hub.stop()

    def middle(kind, figure):
        return sorted(run[kind][figure] for run in runs)[len(runs) // 2]

    growth = middle("drain_many", "seconds") / middle("drain_few", "seconds")
    at_random = middle("drain_at_random", "seconds") / middle("drain_few", "seconds")
    memory = (middle("bootstrap_many", "client_max_rss_kib") - middle("bootstrap_few", "client_max_rss_kib")) / 1024
    beyond = (middle("propagation", "p50_us") - 3 * middle("commit", "p50_us")) / 1000
    return {"runs": runs}, [
        check(SYNC, f"of {DRAIN_FEW} drained, per s", DRAIN_RATE, middle("drain_few", "calls_per_s")),
        check(SYNC, f"× the time for {DRAIN_MANY}", DRAIN_GROWTH, growth, lower_is_better=True,
              note=f"{at_random:.1f} × with random keys"),
        check(SYNC, f"of {BOOTSTRAP_MANY} pulled, per s", BOOTSTRAP_RATE, middle("bootstrap_many", "calls_per_s")),
        check(SYNC, f"MiB beyond those for {BOOTSTRAP_FEW}", BOOTSTRAP_MIB, memory, lower_is_better=True),
        check(SYNC, "ms A to B, less 3 commits", PROPAGATION_MS, beyond, lower_is_better=True),
    ]


def measure_reconnect(say):
    """Very many devices that come back at once, each on a connection of its own, to a hub that was away."""
    try:
        found = run_client(
            [places.HOLDFAST, "bench", "reconnect", "--devices", RECONNECT_DEVICES, "--json"], None, 600)
    except (PeerFailed, OSError, ValueError) as problem:
        say(f"  failed: {problem}")
        missed = check(RECONNECT, "of all devices served", RECONNECT_SERVED, None, note=str(problem))
        return {"failed": str(problem)}, [missed | {"ok": False}]
    note = f"the last after {found['max_ms'] / 1000:.1f} s, half of them after {found['p50_ms'] / 1000:.1f} s"
    return found, [
        check(RECONNECT, "of all devices served", RECONNECT_SERVED, found["served"] / found["devices"], note=note),
        check(RECONNECT, "of the cap let in at once", RECONNECT_ADMITTED,
              found["most_admitted"] / found["admission_cap"], lower_is_better=True),
    ]


def measure_codec(quick):
    """Both codecs on the same bytes. Those of swift-protobuf are the same only with sorted map keys, so that is what is
    compared; what it does with map keys in any order, its default, is told beside it."""
    try:
        found = run_client([places.CODEC_PEER] + (["--quick"] if quick else []), 1, 600)
    except (PeerFailed, OSError) as problem:
        missed = check("codec", "× swift-protobuf", ENCODE, None, note=str(problem))
        return {"failed": str(problem)}, [missed | {"ok": False}]
    return found, [
        check("codec", "× swift-protobuf, encode", ENCODE,
              found["protobuf_encode_canonical_ns"] / found["encode_ns"]),
        check("codec", "× swift-protobuf, encode unsorted", ENCODE_UNSORTED,
              found["protobuf_encode_ns"] / found["encode_ns"], note="other bytes, not canonical"),
        check("codec", "× swift-protobuf, decode", DECODE, found["protobuf_decode_ns"] / found["decode_ns"]),
    ]


def measure_csv(rounds, seconds, say):
    """The same files to the bytes of all fields, by one thread each, in turns. What is compared is processor time, as
    one thread has no more. DuckDB says the length of each field; Python makes a string of each."""
    python = places.CSV_PYTHON / "bin/python3"
    found, checks = {}, []
    for name in CSV_FILES:
        file = places.CSV_FILES / f"{name}.csv"
        readers = {
            "Holdfast": [places.HOLDFAST, "bench", "csv", "--file", file, "--seconds", f"{seconds}s", "--json"],
            "DuckDB": [python, places.CSV_PEER, "duckdb", file, seconds],
            "Python": [python, places.CSV_PEER, "python", file, seconds],
        }
        runs = {reader: [] for reader in readers}
        try:
            for _ in range(rounds):
                for reader, command in readers.items():
                    runs[reader].append(run_client(command, 1, 120))
            same = {(run["rows"], run["text_bytes"]) for each in ("Holdfast", "DuckDB") for run in runs[each]}
            if len(same) != 1 or {run["rows"] for run in runs["Python"]} != {rows for rows, _ in same}:
                raise ValueError(f"the readers of {file} found different things: {runs}")
        except (PeerFailed, OSError, ValueError) as problem:
            say(f"  failed: {problem}")
            missed = check(CSV, f"× DuckDB, {name}", CSV_DUCKDB, None, note=str(problem))
            return {"failed": str(problem)} | found, checks + [missed | {"ok": False}]
        middle = {
            reader: sorted(each, key=lambda run: run["mb_per_cpu_s"])[len(each) // 2] for reader, each in runs.items()}
        speed = {reader: run["mb_per_cpu_s"] for reader, run in middle.items()}
        found[name] = {"runs": runs, "median": middle}
        checks += [
            check(CSV, f"MB/s, {name}", CSV_SPEED, speed["Holdfast"]),
            check(CSV, f"× DuckDB, {name}", CSV_DUCKDB, speed["Holdfast"] / speed["DuckDB"]),
            check(CSV, f"× Python, {name}", CSV_PYTHON, speed["Holdfast"] / speed["Python"]),
        ]
    return found, checks


def check_build(times):
    if not times:
        return [check("build", "× gRPC Swift + GRDB", BUILD_RATIO, None, True, "not measured: --build-times does it")]
    ratio = times["holdfast_s"] / times["grpc_s"]
    note = f"{times['holdfast_s']} s against {times['grpc_s']} s, measured {times['measured']}"
    return [check("build", "× gRPC Swift + GRDB", BUILD_RATIO, ratio, True, note)]
