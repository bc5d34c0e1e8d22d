"""What is measured, and what has to hold. Every figure is a ratio to a peer that ran in turns with Holdfast."""

from dataclasses import dataclass, field, replace

from .peers import (
    GRPC, Adapter, CEcho, CEnqueue, CPut, CSaveCallers, CSaveFiles, CSaveRows, Holdfast,
    HoldfastTasks, Redis, Replica)

# Where server and client run. Two processes that wait for each other may end up on one core, where 64 calls travel
# as one batch without a wake-up and the C peers are four times as fast, or on two; which of these, the scheduler
# decides anew in each run. So where one thread serves, the server gets one core and the client the other, for
# everybody. gRPC Swift runs freely, as its thread pools want both.
APART = (0, 1)
TOGETHER = (0, 0)
FREE = (None, None)


@dataclass(frozen=True)
class Load:
    op: str
    connections: int = 1
    in_flight: int = 64
    payload: int = 100
    seconds: float = 3
    keys: int = 1024  # that puts, gets and saves go round, as in `holdfast bench`
    place: str = ""  # of saves: sqlite or file


@dataclass(frozen=True)
class Floor:
    """Holdfast's figure over that peer's: at least `floor` (at most, for a latency); `aim` is what we would like."""

    peer: str
    floor: float | None
    aim: float | None = None


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    load: Load
    peers: tuple
    floors: tuple
    cores: tuple = APART
    figure: str = "calls_per_s"
    needs: frozenset = field(default_factory=frozenset)

    def with_seconds(self, seconds):
        return replace(self, load=replace(self.load, seconds=seconds))

    def cores_of(self, peer):
        return FREE if peer is GRPC else self.cores


ROWS = (
    Row("echo-1", "unary echo 100 B, 64 in flight, 1 connection", Load("echo"),
        (Holdfast, HoldfastTasks, CEcho, Redis, GRPC),
        (Floor("C", 0.55, 0.75), Floor("gRPC Swift", 25), Floor("Redis", None, 1))),
    Row("echo-8", "unary echo 100 B, 64 in flight, 8 connections", Load("echo", connections=8),
        (Holdfast, HoldfastTasks, CEcho, Redis, GRPC),
        (Floor("C", 0.55, 0.75), Floor("gRPC Swift", 25))),
    Row("latency", "unary echo 100 B, 1 in flight, a core for each side", Load("echo", in_flight=1),
        (Holdfast, CEcho, Redis, GRPC), (Floor("C", 1.5, 1.15),), figure="p50_us"),
    Row("latency-one-core", "unary echo 100 B, 1 in flight, both sides on one core", Load("echo", in_flight=1),
        (Holdfast, CEcho, Redis), (Floor("C", 1.5, 1.15),), cores=TOGETHER, figure="p50_us"),
    Row("put", "durable put 1 KiB with its log row, 64 in flight", Load("put", payload=1024),
        (Holdfast, HoldfastTasks, CPut, Redis, GRPC),
        (Floor("C SQLite", 0.6, 0.85), Floor("gRPC Swift", 6)), cores=FREE),
    Row("get", "get 1 KiB, 64 in flight, warm", Load("get", payload=1024),
        (Holdfast, HoldfastTasks, Redis, GRPC),
        (Floor("gRPC Swift", 15), Floor("Redis", None, 0.5))),
    Row("stream", "server stream of 100 B items", Load("stream", in_flight=1),
        (Holdfast, CEcho, GRPC),
        (Floor("gRPC Swift", 5), Floor("C", None, 0.5))),
    Row("enqueue", "durable change of 300 B on a replica, with its operation, 16 writers",
        Load("enqueue", in_flight=16, payload=300), (Replica, CEnqueue), (Floor("C SQLite", 0.5),), cores=FREE),
    Row("save", "durable save of 1 KiB with the SQLite adapter, 16 callers",
        Load("save", in_flight=16, payload=1024, place="sqlite"), (Adapter, CSaveCallers, CSaveRows),
        (Floor("C SQLite, callers", 0.6),),
        cores=FREE),
    Row("save-file", "durable save of 1 KiB with the file adapter, 1 caller",
        Load("save", in_flight=1, payload=1024, place="file"), (Adapter, CSaveFiles), (Floor("C files", 0.8),),
        cores=FREE),
)

IDLE = "idle"
IDLE_CONNECTIONS = 1000
IDLE_KIB = Floor("", 64, 32)
SYNC = "sync"
SYNC_PAYLOAD = 300
DRAIN_FEW, DRAIN_MANY = 10_000, 100_000
DRAIN_RATE = Floor("", 5_000)
DRAIN_GROWTH = Floor("", 12)
BOOTSTRAP_FEW, BOOTSTRAP_MANY = 1_000, 100_000
BOOTSTRAP_RATE = Floor("", 50_000)
BOOTSTRAP_MIB = Floor("", 32)
# Beyond three durable commits of one change: on the device, on the hub, on the other device.
PROPAGATION_MS = Floor("", 5)
RECONNECT = "reconnect"
RECONNECT_DEVICES = 10_000
# Of all devices; and calls let in at once, of as many as the hub says that it lets in.
RECONNECT_SERVED = Floor("", 1)
RECONNECT_ADMITTED = Floor("", 1)
CODEC = "codec"
ENCODE = Floor("swift-protobuf", 3.5, 5)
ENCODE_UNSORTED = Floor("swift-protobuf", None, 3.5)
DECODE = Floor("swift-protobuf", 2.5, 4)
CSV = "csv"
CSV_ROWS = 1_000_000
CSV_FILES = ("mixed", "text")
CSV_SPEED = Floor("", 300)
CSV_DUCKDB = Floor("DuckDB", 2, 4)
CSV_PYTHON = Floor("Python", None, 10)
PROFILE = "profile"
PROFILE_RATE = Floor("DuckDB SUMMARIZE", 1)
# What all rows take more than the first 100,000.
PROFILE_GROWTH_MIB = Floor("", 8)
SENTIMENT = "sentiment"
SENTIMENT_RATE = Floor("vaderSentiment", 20, 30)
SENTIMENT_AGREEMENT = Floor("vaderSentiment", 0.9, 1)
BUILD = "build"
BUILD_RATIO = Floor("gRPC Swift", 0.5, 0.25)

NAMES = [row.name for row in ROWS] + [IDLE, SYNC, RECONNECT, CODEC, CSV, PROFILE, SENTIMENT, BUILD]
