"""Reads texts with vaderSentiment, and prints as one line of JSON how many a second, by the processor's time, and how
well it agrees with their ratings: what `holdfast bench sentiment --texts FILE --json` does with the same file."""

import argparse
import json
import time

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def read(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = [line.rstrip("\n").removesuffix("\r") for line in file]
    rows = [line.split("\t", 2) for line in lines if line]
    ratings = [float(row[1]) for row in rows if row[1]]
    return [row[2] for row in rows], ratings if len(ratings) == len(rows) else None


def correlation(ones, others):
    """Pearson's; None where one side is the same throughout."""
    one_mean, other_mean = sum(ones) / len(ones), sum(others) / len(others)
    product = sum((one - one_mean) * (other - other_mean) for one, other in zip(ones, others))
    squares = sum((one - one_mean) ** 2 for one in ones) * sum((other - other_mean) ** 2 for other in others)
    return round(product / squares**0.5, 4) if squares else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", help="a file: id, rating and text in each line, parted by tabs")
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    texts, ratings = read(options.texts)
    analyzer = SentimentIntensityAnalyzer()
    compounds = [analyzer.polarity_scores(text)["compound"] for text in texts]
    done = 0
    began = time.process_time()
    while time.process_time() - began < options.seconds:
        for text in texts:
            analyzer.polarity_scores(text)
        done += len(texts)
    seconds = time.process_time() - began
    print(json.dumps({
        "op": "sentiment", "texts_of": options.texts, "texts": len(texts), "texts_per_s": round(done / seconds),
        "cpu_us": round(seconds / done * 1e6, 3), "correlation": correlation(compounds, ratings) if ratings else None,
    }))


main()
