"""Servers and clients as processes: placed on cores, timed, and stopped."""

import json
import os
import select
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


class PeerFailed(Exception):
    """A peer did not start, or a run of it failed."""


def on_core(core, command):
    """The command, held on one core; with None it runs wherever the system likes."""
    command = [str(part) for part in command]
    return command if core is None else ["taskset", "-c", str(core), *command]


class Server:
    """A server process that says on its standard output where it listens, as one line of JSON."""

    def __init__(self, command, core, errors, port=None):
        self.process = subprocess.Popen(
            on_core(core, command), stdout=subprocess.PIPE, stderr=open(errors, "ab"), stdin=subprocess.DEVNULL)
        try:
            self.said = {"port": port} if port else self._first_line(errors)
            if port:
                self._wait_for(port, errors)
        except PeerFailed:
            self.stop()
            raise

    def _first_line(self, errors):
        end = time.monotonic() + 30
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise PeerFailed(f"it said nothing for 30 s, see {errors}")
            byte = os.read(self.process.stdout.fileno(), 1)
            if not byte:
                raise PeerFailed(f"it ended, see {errors}: {tail(errors)}")
            line += byte
        return json.loads(line)

    def _wait_for(self, port, errors):
        for _ in range(300):
            if self.process.poll() is not None:
                raise PeerFailed(f"it ended, see {errors}: {tail(errors)}")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise PeerFailed(f"nobody listens on port {port}")

    @property
    def port(self):
        return self.said["port"]

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def run_client(command, core, limit):
    """Runs a client to its end and returns what it printed: one line of JSON, the last that begins with a brace."""
    try:
        result = subprocess.run(
            on_core(core, command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=limit,
            stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise PeerFailed(f"the client was not done after {limit} s")
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    if result.returncode or not lines:
        raise PeerFailed(f"the client ended with {result.returncode}: {(result.stderr or result.stdout)[-600:].strip()}")
    return json.loads(lines[-1])


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def tail(path):
    with open(path, "rb") as file:
        return file.read()[-600:].decode(errors="replace").strip()
