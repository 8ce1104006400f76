from sendx_cli.core.pacing.shared_rate import Change


class Shelf:
    """A record in memory, in place of the file that processes share."""

    def __init__(self) -> None:
        self.record = b""
        self.writes = 0
        self.is_held = False
        """Whether somebody stands still who has it."""

    def look(self) -> bytes:
        return self.record

    def update(self, change: Change) -> bool:
        if self.is_held:
            return False
        record = change(self.record)
        if record is not None:
            self.record = record
            self.writes += 1
        return True
