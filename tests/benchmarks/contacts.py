"""The contacts that the benchmarks send, in the forms that the clients read."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

HEADER = ("email", "first_name", "last_name", "tags")


def rows(count: int) -> Iterator[tuple[str, str, str, str]]:
    """Return so many contacts, each another one."""
    return (row(n) for n in range(count))


def row(number: int) -> tuple[str, str, str, str]:
    """Return one of the contacts."""
    return (f"person{number}@example.com", "Jane", f"Doe {number}", "trial,webinar")


def body(sent: tuple[str, str, str, str]) -> str:
    """Return what goes over the wire for a row."""
    email, first, last, tags = sent
    return json.dumps(
        {"email": email, "firstName": first, "lastName": last, "tags": tags.split(",")}
    )


def csv_path(folder: Path, count: int) -> Path:
    """Return where `csv_file` writes so many contacts."""
    return folder / f"people-{count}.csv"


def csv_file(folder: Path, count: int) -> Path:
    """Write so many contacts as CSV and return where."""
    path = csv_path(folder, count)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(rows(count))
    return path


def bodies_file(folder: Path, count: int) -> Path:
    """Write so many bodies, a line each, each ended by a zero byte for `xargs -0`."""
    path = folder / f"bodies-{count}"
    path.write_text("".join(f"{body(sent)}\0" for sent in rows(count)), "utf-8")
    return path


def curl_config(folder: Path, count: int, url: str, key: str) -> Path:
    """Write a config file for `curl --parallel` that sends so many contacts."""
    path = folder / f"curl-{count}.config"
    with path.open("w", encoding="utf-8") as stream:
        for number, sent in enumerate(rows(count)):
            stream.write("next\n" if number else "")
            stream.write(f'url = "{url}/contact/identify"\noutput = "/dev/null"\n')
            stream.write(f'header = "X-Team-ApiKey: {key}"\n')
            stream.write('header = "Content-Type: application/json"\n')
            quoted = body(sent).replace('"', '\\"')
            stream.write(f'data = "{quoted}"\n')
    return path
