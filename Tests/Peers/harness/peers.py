"""How each peer is served and driven. All clients print the fields of `holdfast bench`."""

import pathlib
import subprocess

from . import places
from .processes import Server, free_port, run_client


class Peer:
    """A server with its client. `cores` is (server's core, client's core)."""

    name = ""

    def __init__(self, work, certificate, key):
        self.work = pathlib.Path(work) / self.name
        self.work.mkdir(parents=True, exist_ok=True)
        self.certificate, self.key = certificate, key
        self.server = None

    def start(self, core):
        self.server = Server(*self.server_command(), core=core, errors=self.work / "errors.txt")

    def stop(self):
        if self.server:
            self.server.stop()
            self.server = None

    def measure(self, load, core):
        """One run. Adds what it cost the server."""
        before = self.server.cpu_seconds() if self.server else 0
        result = run_client(self.client_command(load), core, load.seconds * 3 + 60)
        result["server_cpu_s"] = round((self.server.cpu_seconds() if self.server else 0) - before, 3)
        return result


def load_options(load):
    return [
        "--connections", load.connections, "--inflight", load.in_flight, "--payload", load.payload,
        "--seconds", load.seconds,
    ]


class Holdfast(Peer):
    name = "holdfast"
    needs = "holdfast"

    def server_command(self):
        return ([places.HOLDFAST, "serve", "--data", self.work / "data", "--listen", "127.0.0.1:0", "--json"],)

    def client_command(self, load):
        return [
            places.HOLDFAST, "bench", load.op, "--data", self.work / "data", *load_options(load), *self.tasks(load),
            "--json"]

    def tasks(self, load):
        """One task for each connection sends the calls and takes the replies, as in the C and Redis drivers."""
        return ["--tasks", load.connections] if load.op in ("echo", "put", "get") and load.in_flight > 1 else []


class HoldfastTasks(Holdfast):
    """The same with a task for each call that is under way: the simplest way to write it."""

    name = "holdfast, a task a call"

    def tasks(self, load):
        return []


class CEcho(Peer):
    """OpenSSL and epoll, and nothing between: the limit for calls and streams."""

    name = "C"
    needs = "c"

    def server_command(self):
        return ([places.C_ECHO, "--certificate", self.certificate, "--key", self.key],)

    def client_command(self, load):
        return [
            places.C_DRIVE, load.op, "--port", self.server.port, "--ca", self.certificate, *load_options(load)]


class CPut(Peer):
    """SQLite with group commit, and no network: the limit for durable puts."""

    name = "C SQLite"
    needs = "c"

    def start(self, core):
        pass

    def client_command(self, load):
        for file in self.work.glob("put.sqlite*"):
            file.unlink()
        return [
            places.C_PUT, "--data", self.work / "put.sqlite", "--group", load.in_flight, "--payload", load.payload,
            "--seconds", load.seconds, "--keys", load.keys]


class Replica(Peer):
    """Holdfast's replica without a hub."""

    name = "holdfast"
    needs = "holdfast"

    def start(self, core):
        pass

    def client_command(self, load):
        # As the keys of the peer.
        return [places.HOLDFAST, "bench", load.op, *load_options(load), "--random-keys", "--json"]


class CEnqueue(Peer):
    """SQLite with group commit, and the rows and indexes of a replica: the limit for durable changes on one."""

    name = "C SQLite"
    needs = "c"

    def start(self, core):
        pass

    def client_command(self, load):
        for file in self.work.glob("enqueue.sqlite*"):
            file.unlink()
        return [
            places.C_ENQUEUE, "--data", self.work / "enqueue.sqlite", "--group", load.in_flight,
            "--payload", load.payload, "--seconds", load.seconds]


class Adapter(Peer):
    """One of the SDK's storage adapters, without a hub."""

    name = "holdfast"
    needs = "holdfast"

    def start(self, core):
        pass

    def client_command(self, load):
        return [places.HOLDFAST, "bench", "save", "--adapter", load.place, *load_options(load), "--json"]


class CSave(Peer):
    """The place of an adapter without anything around it: rows of SQLite committed in groups, or synced files."""

    needs = "c"
    place = None  # where it saves, unless where the load says

    def start(self, core):
        pass

    def client_command(self, load):
        for file in self.work.glob("save.sqlite*"):
            file.unlink()
        return [
            places.C_SAVE, "--place", self.place or load.place, "--data", self.work / f"save.{load.place}", "--group", load.in_flight,
            "--payload", load.payload, "--seconds", load.seconds, "--keys", load.keys]


class CSaveRows(CSave):
    name = "C SQLite"


class CSaveCallers(CSave):
    """The rows come from threads that wait for each."""

    name = "C SQLite, callers"
    place = "callers"


class CSaveFiles(CSave):
    name = "C files"


class Redis(Peer):
    """Redis 7 over TLS; every write is in its log and synced before it is answered."""

    name = "Redis"
    needs = "redis"

    def start(self, core):
        port = free_port()
        configuration = self.work / "redis.conf"
        configuration.write_text(
            f"""port 0
bind 127.0.0.1
tls-port {port}
tls-cert-file {self.certificate}
tls-key-file {self.key}
tls-ca-cert-file {self.certificate}
tls-auth-clients no
tls-protocols TLSv1.3
appendonly yes
appendfsync always
auto-aof-rewrite-percentage 0
save ""
daemonize no
logfile {self.work / "errors.txt"}
dir {self.work}
""")
        self.server = Server(
            ["redis-server", configuration], core=core, errors=self.work / "errors.txt", port=port)

    def client_command(self, load):
        return [
            places.C_DRIVE, load.op, "--protocol", "redis", "--port", self.server.port, "--ca", self.certificate,
            *load_options(load), "--keys", load.keys]


class GRPC(Peer):
    """grpc-swift-2, with values in GRDB."""

    name = "gRPC Swift"
    needs = "grpc"

    def server_command(self):
        return (
            [places.GRPC_PEER, "serve", "--certificate", self.certificate, "--key", self.key,
             "--data", self.work / "values.sqlite"],)

    def client_command(self, load):
        return [
            places.GRPC_PEER, load.op, "--port", self.server.port, "--ca", self.certificate, *load_options(load),
            "--keys", load.keys]


def make_certificate(work):
    certificate, key = pathlib.Path(work) / "certificate.pem", pathlib.Path(work) / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(certificate), "-days", "30", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, stderr=subprocess.DEVNULL)
    return certificate, key
