"""Other readers of separated fields, and the files that all of them read.

    csv_peer.py generate FOLDER ROWS         writes mixed.csv and text.csv, the same for the same number
    csv_peer.py duckdb FILE SECONDS          DuckDB with one thread; the length of each field is asked for
    csv_peer.py python FILE SECONDS          the module csv of Python; each field becomes a string
    csv_peer.py summarize FILE SECONDS       DuckDB's SUMMARIZE of the file with one thread

Prints one line of JSON: rows, bytes of all fields, and megabytes and rows a second of the pass in the middle.
"""

import csv
import json
import os
import pathlib
import random
import resource
import statistics
import sys
import time


def generate(folder, rows):
    draw = random.Random(7)
    letters = "etaoinshrdlucmfwygpbvk"
    words = ["".join(draw.choice(letters) for _ in range(draw.randint(2, 10))) for _ in range(5000)]
    cities = ["Berlin", "Paris", "Zürich", "New York", "São Paulo", "Oslo"]

    def word():
        return words[int(draw.random() * len(words))]

    def quoted(text):
        return '"' + text.replace('"', '""') + '"'

    def sentence():
        text = " ".join(word() for _ in range(int(20 + draw.random() * 60)))
        kind = draw.random()
        if kind < 0.5:
            text = text.replace(" e", ", e")
        if kind < 0.3:
            text = text[:40] + ' "' + text[40:60] + '" ' + text[60:]
        if kind < 0.1:
            text = text[:90] + "\n" + text[90:]
        return text

    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "mixed.csv", "w", newline="", encoding="utf-8") as file:
        file.write("id,name,email,age,price,created,active,city,code,note\n")
        for number in range(rows):
            one, two = word(), word()
            day = f"2024-{1 + int(draw.random() * 12):02d}-{1 + int(draw.random() * 28):02d}"
            file.write(
                f"{number},{one} {two},{one}@{two}.com,{int(draw.random() * 90)},{draw.random() * 1000:.2f},{day},"
                f"{'true' if draw.random() < 0.5 else 'false'},{cities[int(draw.random() * 6)]},"
                f"{int(draw.random() * 1e9):08x},{two} {one} {two}\n")
    with open(folder / "text.csv", "w", newline="", encoding="utf-8") as file:
        file.write("id,title,review,stars,reply\r\n")
        for number in range(rows // 4):
            reply = quoted(sentence()) if draw.random() < 0.4 else ""
            title, review, stars = quoted(word() + ", " + word()), quoted(sentence()), int(draw.random() * 5) + 1
            file.write(f"{number},{title},{review},{stars},{reply}\r\n")


def duckdb_pass(path):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads=1")
    source = f"read_csv('{path}', all_varchar=true)"
    columns = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    lengths = ", ".join(f'sum(strlen("{column}"))' for column in columns)

    def one():
        rows, *sums = connection.execute(f"SELECT count(*), {lengths} FROM {source}").fetchone()
        return rows, sum(int(each or 0) for each in sums)

    return one


def summarize_pass(path):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads=1")

    def one():
        columns = connection.execute(f"SUMMARIZE SELECT * FROM read_csv('{path}')").fetchall()
        names = [description[0] for description in connection.description]
        return columns[0][names.index("count")], None

    return one


def python_pass(path):
    def one():
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            next(reader)
            return sum(1 for _ in reader), None

    return one


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(one, path, seconds):
    size = os.path.getsize(path)
    end = time.monotonic() + seconds
    found, walls, cpus = set(), [], []
    while not walls or time.monotonic() < end:
        began, used = time.monotonic(), cpu()
        found.add(one())
        walls.append(time.monotonic() - began)
        cpus.append(cpu() - used)
    if len(found) != 1:
        raise SystemExit(f"not the same each time: {found}")
    rows, text_bytes = found.pop()
    print(json.dumps({
        "bytes": size, "rows": rows, "text_bytes": text_bytes, "passes": len(walls),
        "mb_per_s": round(size / statistics.median(walls) / 1e6, 1),
        "mb_per_cpu_s": round(size / statistics.median(cpus) / 1e6, 1),
        "rows_per_s": round(rows / statistics.median(walls)), "rows_per_cpu_s": round(rows / statistics.median(cpus)),
        "max_rss_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


if sys.argv[1] == "generate":
    generate(pathlib.Path(sys.argv[2]), int(sys.argv[3]))
else:
    passes = {"duckdb": duckdb_pass, "python": python_pass, "summarize": summarize_pass}
    measure(passes[sys.argv[1]](sys.argv[2]), sys.argv[2], float(sys.argv[3]))
