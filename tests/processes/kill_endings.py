"""Kills runs at their end: while the report takes its place, and failed rows are written."""

import json
import random
import time
from pathlib import Path

from tests.processes.kill_checker import check_whole
from tests.processes.kill_process import HasEnded, Moment, Sendx
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer

SENT = 40
BAD = 2_500
"""Rows without an address, which make the report and the failed rows large."""

KILLS_AN_END = 4
LONGEST_END_S = 0.25
MOST_WRITES = 12
EARLIER = "the report of an earlier run\n"
HEADER = "email,first_name,last_name\n"


class Endings:
    """Inputs that are sent, and whose ends are killed.

    Args:
        kills: How many.
        folder: A directory of its own.
        server: Where the service is.
    """

    def __init__(self, kills: int, folder: Path, server: ScriptedServer) -> None:
        self._kills = kills
        self._draw = random.Random(f"ends {kills}")
        self._folder = folder
        self.sendx = Sendx(folder, server.url)
        self._calls: list[int] = []
        server.script = self._answer

    def run(self) -> None:
        """End inputs until so many kills have landed."""
        number = 0
        while self.sendx.landed.total() < self._kills:
            self._end_one(number)
            number += 1
            assert number < 10 + self._kills, "kills do not land"

    def _answer(self, request: Request, _number: int) -> Answering:
        mark = int(json.loads(request.body)["firstName"][1:])
        self._calls.append(mark)
        return json_answer(400, {"message": "no"}) if mark % 2 else OK

    def _end_one(self, number: int) -> None:
        """Send one input, killed again and again in its end; then let it end."""
        source, report = self._folder / f"p{number}.csv", self._folder / f"r{number}.jsonl"
        marks = random.Random(number).sample(range(SENT + BAD), SENT + BAD)
        rows = [f"p{m}@example.com,m{m},x\n" if m < SENT else f",m{m},x\n" for m in marks]
        source.write_text(HEADER + "".join(rows))
        report.write_text(EARLIER)
        begin = ("identify", "--from", source.name, "--skip-invalid", "--yes")
        run, earlier = "", EARLIER
        self._calls.clear()
        kills = min(KILLS_AN_END, self._kills - self.sendx.landed.total())
        for time_left in reversed(range(kills + 1)):
            words = ("runs", "resume", run) if run else begin
            moment = self._moment(source.stem) if time_left else None
            ended = self.sendx.run(*words, "--report", report.name, "-o", "jsonl", moment=moment)
            runs = self.sendx.read("runs", "list")
            run = str(runs[number]["run"]) if runs[number:] else ""
            check_whole(report.read_text(), earlier, range(2, SENT + BAD + 2))
            earlier = report.read_text()
            self._check_failed_rows(source, marks)
            if ended.code >= 0:
                break
        assert ended.code == 4, ended
        assert list(self._folder.glob(f"{source.stem}.failed*")), "no failed rows"
        assert set(self._calls) == set(range(SENT)), "not all was sent"
        assert not list(self._folder.glob(f".{source.stem}*")), "a half of failed rows is left"

    def _check_failed_rows(self, source: Path, marks: list[int]) -> None:
        """Hold that each file of failed rows has all of them, in the input's order."""
        failed = [f"m{m}" for m in marks if m >= SENT or m % 2]
        for path in self._folder.glob(f"{source.stem}.failed*"):
            lines = path.read_text().splitlines()[1:]
            assert [line.split(",")[1] for line in lines] == failed, f"{path.name} is no whole"

    def _moment(self, stem: str) -> Moment:
        """Draw a moment: at a write to a report, failed rows or the journal, or at the end."""
        if self._draw.random() < 0.25:
            return self.sendx.at_a_commit(self._draw.randint(1, 6))
        mark = self._draw.choice((f"r{stem[1:]}.jsonl", f"{stem}.failed", ""))
        if mark:
            return self.sendx.at_a_write(mark, self._draw.randint(1, MOST_WRITES))
        later_s = self._draw.uniform(0.0, LONGEST_END_S)

        def wait(has_ended: HasEnded) -> None:
            while len(self._calls) < SENT and not has_ended():
                time.sleep(0.001)
            time.sleep(later_s)

        return Moment("end", wait)
