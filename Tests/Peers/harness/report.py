"""The table."""

COLUMNS = ("peer", "calls/s", "p50 µs", "p99 µs", "max µs", "server CPU s/1000", "client CPU s/1000", "client MiB")


def number(value):
    if value >= 10_000:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if value >= 10 else f"{value:,.2f}"


def line(name, run):
    calls = run["calls"]
    return (
        name, number(run["calls_per_s"]), number(run["p50_us"]), number(run["p99_us"]), number(run["max_us"]),
        f"{run['server_cpu_s'] / calls * 1000:.5f}", f"{run['client_cpu_s'] / calls * 1000:.5f}",
        number(run["client_max_rss_kib"] / 1024))


def print_row(title, results):
    print(f"\n{title}")
    lines = [COLUMNS]
    for name, result in results.items():
        lines.append(line(name, result["median"]) if "median" in result else (name, "failed") + ("",) * 6)
    widths = [max(len(entry[column]) for entry in lines) for column in range(len(COLUMNS))]
    for entry in lines:
        first = entry[0].ljust(widths[0])
        print("  " + "  ".join([first] + [text.rjust(width) for text, width in zip(entry[1:], widths[1:])]))


def print_checks(checks):
    print("\nWhat has to hold")
    for check in checks:
        verdict = {True: "ok", False: "MISSED", None: "-"}[check["ok"]]
        value = "none" if check["value"] is None else number(check["value"])
        word = "at most" if check["at_most"] else "at least"
        bound = f"{word} {check['floor']}" if check["floor"] is not None else ""
        aim = "" if check["aim"] is None else f"aim {check['aim']}" + (" (reached)" if check["aim_met"] else "")
        note = f"  {check['note']}" if check["note"] else ""
        print(f"  {verdict:7}{check['row']:18}{value:>8} {check['what']:32}{bound:15}{aim}{note}")
