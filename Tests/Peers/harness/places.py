"""Where everything lies, and what this machine is."""

import os
import pathlib
import platform

PEERS = pathlib.Path(__file__).resolve().parent.parent
ROOT = PEERS.parent.parent
BUILT = PEERS / ".build-peers"
BUILD_TIMES = BUILT / "build-times.json"

C_ECHO = BUILT / "echo"
C_DRIVE = BUILT / "drive"
C_PUT = BUILT / "put"
C_ENQUEUE = BUILT / "enqueue"
C_SAVE = BUILT / "save"
GRPC_PACKAGE = PEERS / "GRPCSwift"
GRPC_PEER = GRPC_PACKAGE / ".build-peer/release/grpc-peer"
CODEC_PACKAGE = PEERS / "Codec"
CODEC_PEER = CODEC_PACKAGE / ".build-peer/release/codec-peer"
CSV_PACKAGE = PEERS / "CSV"
CSV_PEER = CSV_PACKAGE / "csv_peer.py"
CSV_PYTHON = BUILT / "csv-python"
CSV_FILES = BUILT / "csv-files"
SENTIMENT_ENVIRONMENT = BUILT / "sentiment"
HOLDFAST = ROOT / ".build/release/holdfast"


def machine():
    """What the figures were measured on."""
    model = "unknown processor"
    try:
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 2),
    }
