"""Kills runs that keep a snapshot, and the undos that take them back."""

import json
import random
import time
from pathlib import Path

from tests.processes.kill_checker import check_towards, check_undone, contents
from tests.processes.kill_process import HasEnded, Moment, Sendx, after
from tests.processes.kill_service import NO_FAULTS, AccountService
from tests.servers import ScriptedServer

PEOPLE = 36
IN_FLIGHT = 8
MOST_KILLS_BEFORE = 2
MOST_KILLS = 8
LONGEST_START_S = 0.4
TRIES = 12
FAULTS = (95, 1, 3, 1)
IDENTIFY = ("identify", "--map", "plan=field:plan")
TRACK = ("track",)


class Undos:
    """Runs that change an account, and are undone by processes that are killed.

    Args:
        kills: How many are killed.
        folder: A directory of its own.
        server: Where the service is.
    """

    def __init__(self, kills: int, folder: Path, server: ScriptedServer) -> None:
        self._kills = kills
        self._folder = folder
        self._server = server
        self._draw = random.Random(f"undos {kills}")
        self.sendx = Sendx(folder, server.url)
        self.twice = 0
        """How many writes of undos were acted on more than once."""

    def run(self) -> None:
        """Take runs back until so many kills have landed."""
        number = 0
        while self.sendx.landed.total() < self._kills:
            self._take_one_back(number)
            number += 1
            assert number < 10 + self._kills, "kills do not land"

    def _take_one_back(self, number: int) -> None:
        people: list[dict[str, object]] = [
            {
                "email": f"p{n}@example.com",
                "firstName": f"Name{n}",
                "tags": {"old", f"t{n % 3}"},
                "fields": {"plan": "free"},
            }
            for n in range(PEOPLE)
        ]
        service = AccountService(people, self._draw)
        self._server.script, self._server.pages = service.write, service.page
        before = service.contacts()
        path, words = self._input(number)
        begin = (*words, "--from", path.name, "--snapshot", "--yes")
        run = self._through(begin, 2 * number, service, kills=self._drawn(0, MOST_KILLS_BEFORE))
        after_run = contents(service.contacts())
        assert after_run != contents(before), "the run changed nothing"
        since = len(service.writes)
        service.faults = FAULTS
        kills = self._drawn(1, MOST_KILLS)
        undo = self._through(("runs", "undo", run, "--yes"), 2 * number + 1, service, kills=kills)
        unknown = self.sendx.read("runs", "show", undo, "--state", "unknown")
        doubtful = {str(row["email"]) for row in unknown}
        check_undone(contents(before), after_run, contents(service.contacts()), doubtful)
        self.twice += check_towards(contents(before), after_run, service.writes[since:])
        again = self.sendx.run("runs", "undo", run, "--yes")
        assert again.code == 2, "an undo was undone once more"
        check_undone(contents(before), after_run, contents(service.contacts()), doubtful)

    def _drawn(self, fewest: int, most: int) -> int:
        """Draw how many kills come next: no more than are left."""
        return min(self._draw.randint(fewest, most), self._kills - self.sendx.landed.total())

    def _through(
        self, begin: tuple[str, ...], place: int, service: AccountService, *, kills: int
    ) -> str:
        """Begin the run that has this place in the list, resume it, and return its id."""
        run = ""
        for time_left in reversed(range(kills + TRIES)):
            words = ("runs", "resume", run) if run else begin
            is_killed = time_left >= TRIES
            if time_left < TRIES // 2:
                service.faults = NO_FAULTS
            writes = len(service.writes)
            moment = self._moment(service) if is_killed else None
            common = ("--concurrency", str(IN_FLIGHT), "-o", "jsonl")
            ended = self.sendx.run(*words, *common, moment=moment)
            runs = self.sendx.read("runs", "list")
            run = str(runs[place]["run"]) if runs[place:] else ""
            assert run or len(service.writes) == writes, "sent without a run"
            if ended.code == 0:
                return run
            if ended.code in {4, 6} and not is_killed:
                # A change of address that is repeated is refused: its place is taken, by itself.
                states = ("--state", "unknown", "--state", "rejected")
                assert self.sendx.read("runs", "show", run, *states), ended
                return run
        raise AssertionError(ended)

    def _input(self, number: int) -> tuple[Path, tuple[str, ...]]:
        """Write an input that changes every contact: its names and addresses, or its tags."""
        path = self._folder / f"p{number}.jsonl"
        rows: list[dict[str, object]] = []
        for n in range(PEOPLE):
            email = f"p{n}@example.com"
            if number % 2:
                rows.append({"email": email, "add_tags": ["new"], "remove_tags": ["old"]})
                continue
            moved = {"new_email": f"moved{n}@example.com"} if n % 2 else {}
            changes = {"first_name": "Other", "plan": "pro", "tags": ["new"]}
            rows.append({"email": email, **changes, **moved})
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path, TRACK if number % 2 else IDENTIFY

    def _moment(self, service: AccountService) -> Moment:
        """Draw a moment: in the start, amid reads or writes, or at a commit."""
        kind = self._draw.choices(("start", "reads", "calls", "commit"), (1, 2, 4, 3))[0]
        if kind == "start":
            return after(self._draw.uniform(0.0, LONGEST_START_S))
        if kind == "commit":
            return self.sendx.at_a_commit(self._draw.randint(1, 12))
        later_s = self._draw.uniform(0.0, 0.02)
        reads = service.reads + self._draw.randint(1, 6)
        writes = len(service.writes) + self._draw.randint(1, PEOPLE // 2)

        def wait(has_ended: HasEnded) -> None:
            if kind == "reads":
                service.wait_for(lambda s: s.reads, reads, has_ended)
            else:
                service.wait_for(lambda s: len(s.writes), writes, has_ended)
            time.sleep(later_s)

        return Moment(kind, wait)
