import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.rows import Row
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.rows import State
from tests.journal.journals import begin, decided, path_of

KINDS: list[type[Identify | Track]] = [Identify, Track]
SENT = [outcome for outcome in Outcome if outcome is not Outcome.UNCHANGED]
"""What a row can be once it was sent: unchanged ones never are."""
DRAWN = st.integers(0, 1_000)


class JournalModel(RuleBasedStateMachine):
    """A journal beside a plain dictionary of what each row's state should be."""

    @initialize(action=st.sampled_from(KINDS), count=st.integers(1, 12))
    def start(self, action: type[Identify | Track], count: int) -> None:
        self.directory = tempfile.TemporaryDirectory()
        contacts: list[Contact] = [
            Identify(email=f"p{n}@example.com", fields=(("Visits", "++1"),) if n % 3 else ())
            if action is Identify
            else Track(email=f"p{n}@example.com", add_tags=("x",))
            for n in range(count)
        ]
        self.rows = [Row(n, contact, n + 2) for n, contact in enumerate(contacts)]
        self.journal = begin(Path(self.directory.name), contacts)
        self.model = dict.fromkeys(range(count), State.PENDING)
        self.under_way: list[Row] = []

    @precondition(lambda self: State.PENDING in self.model.values())
    @rule(count=st.integers(1, 4))
    def send(self, count: int) -> None:
        taken = {row.number for row in self.under_way}
        fresh = [row for row in self.journal.pending() if row.number not in taken][:count]
        self.journal.mark_sending(fresh)
        for row in fresh:
            if not row.contact.is_repeatable:
                self.model[row.number] = State.IN_FLIGHT
        self.under_way += fresh

    @precondition(lambda self: self.under_way)
    @rule(drawn=DRAWN, outcome=st.sampled_from(SENT))
    def settle(self, drawn: int, outcome: Outcome) -> None:
        row = self.under_way.pop(drawn % len(self.under_way))
        self.journal.record([decided(row, outcome)])
        is_open = outcome is Outcome.SKIPPED
        self.model[row.number] = State.PENDING if is_open else State(outcome)

    @precondition(lambda self: self.under_way)
    @rule(drawn=DRAWN)
    def repeat(self, drawn: int) -> None:
        row = self.under_way[drawn % len(self.under_way)]
        self.journal.put_back([row])
        self.journal.mark_sending([row])

    @rule(state=st.sampled_from([State.FAILED, State.UNKNOWN, State.REJECTED]))
    def reopen(self, state: State) -> None:
        count = self.journal.reopen(state)
        assert count == list(self.model.values()).count(state)
        for number, recorded in self.model.items():
            self.model[number] = State.PENDING if recorded is state else recorded

    @rule()
    def crash(self) -> None:
        self.journal.close()
        self.journal = open_journal(path_of(Path(self.directory.name)))
        for number, recorded in self.model.items():
            self.model[number] = State.UNKNOWN if recorded is State.IN_FLIGHT else recorded
        self.under_way = []

    @invariant()
    def every_row_stands_where_it_should(self) -> None:
        if hasattr(self, "journal"):
            recorded = {row.number: row.state for row in self.journal.view.rows(list(State))}
            assert recorded == self.model

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            self.journal.close()
            self.directory.cleanup()


TestJournalModel = JournalModel.TestCase
TestJournalModel.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
