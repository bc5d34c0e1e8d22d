"""Sentiment of the same texts by Holdfast and by vaderSentiment from PyPI, one thread each, in turns on one core."""

import filecmp
import itertools
import shutil
import statistics
import subprocess
import sys

from . import places
from .measure import check
from .processes import PeerFailed, run_client
from .rows import SENTIMENT, SENTIMENT_AGREEMENT, SENTIMENT_RATE

OPENINGS = (
    "Just got home from the lake and", "Monday again,", "My brother called to say that", "The new phone came today:",
    "we watched the match,", "@someone", "so...", "Breaking:", "I can't believe that", "Day three of the trip and",
)
MIDDLES = (
    "it was really GREAT", "I'm not happy with it", "nothing works as it should", "what a lovely surprise that was",
    "everything is as it always was", "the food was awful but the people are so kind", "this is sooo funny",
    "the train leaves at nine", "they won again", "I hardly slept and feel terrible",
)
ENDINGS = ("!!!", ".", " :)", " but we go there again tomorrow.", " \N{GRINNING FACE}", " :(", " https://example.com/a",
           " #weekend", "?", ", thanks for asking.")


def prepare(say):
    """A Python that has vaderSentiment, in an environment of its own."""
    wanted = places.PEERS / "Sentiment/requirements.txt"
    done = places.SENTIMENT_ENVIRONMENT / "requirements.txt"
    if not done.exists() or not filecmp.cmp(wanted, done, shallow=False):
        say("Installing vaderSentiment from PyPI")
        subprocess.run([sys.executable, "-m", "venv", str(places.SENTIMENT_ENVIRONMENT)], check=True)
        python = str(places.SENTIMENT_ENVIRONMENT / "bin/python3")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement",
                        str(wanted)], check=True)
        # Last, so that an installation that failed is done again.
        shutil.copyfile(wanted, done)


def messages(path):
    """A thousand short messages of every kind, without ratings."""
    lines = (f"{number}\t\t{' '.join(parts[:2])}{parts[2]}\n"
             for number, parts in enumerate(itertools.product(OPENINGS, MIDDLES, ENDINGS)))
    path.write_text("".join(lines), encoding="utf-8")
    return path


def measure_sentiment(work, files, rounds, seconds, say):
    """Both on each file; agreement with ratings where a file has them."""
    found, checks = {}, []
    for file in files or [messages(work / "messages.tsv")]:
        runs = {"holdfast": [], "vaderSentiment": []}
        commands = {
            "holdfast": [places.HOLDFAST, "bench", "sentiment", "--texts", file, "--seconds", seconds, "--json"],
            "vaderSentiment": [places.SENTIMENT_ENVIRONMENT / "bin/python3", places.PEERS / "Sentiment/vader.py",
                               "--seconds", seconds, file],
        }
        try:
            for _ in range(rounds):
                for name, command in commands.items():
                    runs[name].append(run_client(command, 1, 60 + 10 * seconds))
        except (PeerFailed, OSError) as problem:
            say(f"  failed: {problem}")
            missed = checked("× vaderSentiment", SENTIMENT_RATE, None, str(problem))
            return found | {"failed": str(problem)}, checks + [missed | {"ok": False}]
        found[str(file)] = runs
        rates = {name: statistics.median(run["texts_per_s"] for run in runs[name]) for name in runs}
        agreements = {name: runs[name][0]["correlation"] for name in runs}
        note = f"{file}: {rates['holdfast']:,.0f} against {rates['vaderSentiment']:,.0f} texts a second"
        checks.append(checked("× vaderSentiment, speed", SENTIMENT_RATE,
                              rates["holdfast"] / rates["vaderSentiment"], note))
        if agreements["vaderSentiment"]:
            note = f"{file}: r = {agreements['holdfast']} against {agreements['vaderSentiment']}"
            checks.append(checked("× vaderSentiment, agreement", SENTIMENT_AGREEMENT,
                                  agreements["holdfast"] / agreements["vaderSentiment"], note))
    return found, checks


def checked(what, floor, value, note):
    return check(SENTIMENT, what, floor, value, note=note)
