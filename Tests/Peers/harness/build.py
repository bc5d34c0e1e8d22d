"""Builds the peers and Holdfast, and measures the two clean builds."""

import json
import os
import shutil
import subprocess
import tempfile
import time

from . import places
from .rows import CSV_ROWS


def say(text):
    print(text, flush=True)


def install_packages(needs_redis):
    """Installs from Debian what the machine lacks, and says what."""
    wanted = {"libssl-dev": "/usr/include/openssl/ssl.h", "libsqlite3-dev": "/usr/include/sqlite3.h"}
    missing = [name for name, header in wanted.items() if not os.path.exists(header)]
    if needs_redis and not shutil.which("redis-server"):
        missing.append("redis-server")
    missing += [name for name, tool in {"openssl": "openssl", "make": "make"}.items() if not shutil.which(tool)]
    if not (shutil.which("cc") or shutil.which("gcc")):
        missing.append("gcc")
    if not missing:
        return
    say(f"Installing from Debian: {' '.join(missing)}")
    # RUNLEVEL=1: the package's own server is not started.
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", RUNLEVEL="1")
    root = [] if os.geteuid() == 0 else ["sudo"]
    subprocess.run(root + ["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(
        root + ["apt-get", "install", "-y", "-qq", "--no-install-recommends"] + missing, check=True, env=environment)


def build(wanted):
    """Builds what the rows need: a set of "holdfast", "c", "grpc", "codec", "csv"."""
    if "c" in wanted:
        run(["make", "-s", "-C", places.PEERS / "C", f"OUT={places.BUILT}"])
    if "holdfast" in wanted:
        say("Building Holdfast (release)")
        swift_build(places.ROOT, None, ["--product", "holdfast"])
    if "codec" in wanted:
        say("Building the codec peer (release)")
        swift_build(places.CODEC_PACKAGE, ".build-peer")
    if "csv" in wanted:
        make_csv_peer()
    if "grpc" in wanted:
        first = not places.GRPC_PEER.exists()
        say("Building the gRPC peer (release" + ("; some eight minutes when it is the first time)" if first else ")"))
        swift_build(places.GRPC_PACKAGE, ".build-peer")


def make_csv_peer():
    """An environment with DuckDB, from PyPI, and the files that are read; neither is made twice."""
    wanted = (places.CSV_PACKAGE / "requirements.txt").read_text()
    done = places.CSV_PYTHON / "requirements.txt"
    if not done.exists() or done.read_text() != wanted:
        say("Installing DuckDB from PyPI")
        run(["python3", "-m", "venv", "--clear", places.CSV_PYTHON])
        run([places.CSV_PYTHON / "bin/python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--requirement", places.CSV_PACKAGE / "requirements.txt"])
        done.write_text(wanted)
    made = places.CSV_FILES / "made"
    wanted = places.CSV_PEER.read_text() + str(CSV_ROWS)
    if not made.exists() or made.read_text() != wanted:
        say("Writing two files of separated fields, some 100 MB each")
        run([places.CSV_PYTHON / "bin/python3", places.CSV_PEER, "generate", places.CSV_FILES, CSV_ROWS])
        made.write_text(wanted)


def run(command):
    subprocess.run([str(part) for part in command], check=True)


def swift_build(package, scratch, more=()):
    command = ["swift", "build", "-c", "release", "--package-path", str(package), *more]
    if scratch:
        command += ["--scratch-path", str(package / scratch)]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode:
        print(result.stdout[-8000:])
        raise SystemExit(f"{package} does not build")


def measure_build_times():
    """Builds both packages whole, release, from nothing, each after its dependencies have been fetched."""
    times = {"measured": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "load_before": os.getloadavg()[0]}
    for name, package in (("holdfast", places.ROOT), ("grpc", places.GRPC_PACKAGE)):
        with tempfile.TemporaryDirectory(prefix=f"clean-{name}-") as scratch:
            base = ["swift", "--package-path", str(package), "--scratch-path", scratch]
            subprocess.run([base[0], "package", *base[1:], "resolve"], check=True, stdout=subprocess.DEVNULL)
            say(f"Clean release build of {name}: measuring")
            start = time.monotonic()
            subprocess.run([base[0], "build", "-c", "release", *base[1:]], check=True, stdout=subprocess.DEVNULL)
            times[f"{name}_s"] = round(time.monotonic() - start, 1)
            say(f"  {times[f'{name}_s']} s")
    places.BUILT.mkdir(exist_ok=True)
    places.BUILD_TIMES.write_text(json.dumps(times, indent=2) + "\n")
    return times


def last_build_times():
    try:
        return json.loads(places.BUILD_TIMES.read_text())
    except (OSError, ValueError):
        return None
