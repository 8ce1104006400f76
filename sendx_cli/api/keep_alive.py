"""Whether a server keeps its connections, as seen by all who call it together."""


class KeepAlive:
    """Counts what became of connections after their first answer.

    The end of a connection can arrive between any look at it and the request that is written
    to it, which is lost in doubt then. So none is kept where the server, without saying so,
    closes more of them than it answers over again.
    """

    def __init__(self) -> None:
        self._used_again = 0
        self._closed = 0

    @property
    def is_worth_trying(self) -> bool:
        """Whether connections are to be kept."""
        return self._used_again >= self._closed

    def was_used_again(self) -> None:
        """Note a second answer over one connection."""
        self._used_again += 1

    def was_closed(self) -> None:
        """Note a connection that the server closed after its first answer."""
        self._closed += 1
