from sendx_cli.core.shared_rate import Change


class Shelf:
    """A record in memory, in place of the file that processes share."""

    def __init__(self) -> None:
        self.record = b""
        self.writes = 0

    def update(self, change: Change) -> bool:
        record = change(self.record)
        if record is not None:
            self.record = record
            self.writes += 1
        return True
