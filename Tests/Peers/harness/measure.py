"""Runs the rows: all peers of a row in turns, A B C A B C, and of each the run in the middle."""

import subprocess
import time

from . import places
from .peers import Holdfast
from .processes import PeerFailed, on_core, run_client
from .rows import BUILD_RATIO, DECODE, ENCODE, ENCODE_UNSORTED, IDLE_CONNECTIONS, IDLE_KIB, Load


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


def check_build(times):
    if not times:
        return [check("build", "× gRPC Swift + GRDB", BUILD_RATIO, None, True, "not measured: --build-times does it")]
    ratio = times["holdfast_s"] / times["grpc_s"]
    note = f"{times['holdfast_s']} s against {times['grpc_s']} s, measured {times['measured']}"
    return [check("build", "× gRPC Swift + GRDB", BUILD_RATIO, ratio, True, note)]
