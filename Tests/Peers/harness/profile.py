"""The profile of a file of a million rows by Holdfast and by DuckDB's SUMMARIZE, one thread each, in turns on one core."""

from . import places
from .measure import check
from .processes import PeerFailed, run_client
from .rows import CSV_ROWS, PROFILE, PROFILE_GROWTH_MIB, PROFILE_RATE


def measure_profile(rounds, seconds, say):
    """Both read the file of each pass from its first byte. What is compared is processor time, as one thread has no
    more."""
    file = places.CSV_FILES / "mixed.csv"
    commands = {
        "Holdfast": [places.HOLDFAST, "bench", "profile", "--file", file, "--seconds", f"{seconds}s", "--json"],
        "DuckDB": [places.CSV_PYTHON / "bin/python3", places.CSV_PEER, "summarize", file, seconds],
    }
    runs = {name: [] for name in commands}
    try:
        for _ in range(rounds):
            for name, command in commands.items():
                runs[name].append(run_client(command, 1, 120))
        if {run["rows"] for each in runs.values() for run in each} != {CSV_ROWS}:
            raise ValueError(f"not all rows of {file} were profiled: {runs}")
    except (PeerFailed, OSError, ValueError) as problem:
        say(f"  failed: {problem}")
        missed = check(PROFILE, "× DuckDB SUMMARIZE", PROFILE_RATE, None, note=str(problem))
        return {"failed": str(problem)}, [missed | {"ok": False}]
    middle = {
        name: sorted(each, key=lambda run: run["rows_per_cpu_s"])[len(each) // 2] for name, each in runs.items()}
    rates = {name: run["rows_per_cpu_s"] for name, run in middle.items()}
    growth = max(run["max_rss_kib"] - run["max_rss_kib_first_rows"] for run in runs["Holdfast"]) / 1024
    memory = {name: run["max_rss_kib"] / 1024 for name, run in middle.items()}
    return {"runs": runs, "median": middle}, [
        check(PROFILE, "× DuckDB SUMMARIZE", PROFILE_RATE, rates["Holdfast"] / rates["DuckDB"],
              note=f"{rates['Holdfast']:,.0f} against {rates['DuckDB']:,.0f} rows a second"),
        check(PROFILE, "MiB more for all rows", PROFILE_GROWTH_MIB, growth, True,
              f"{memory['Holdfast']:,.0f} MiB at most, DuckDB {memory['DuckDB']:,.0f}"),
    ]
