"""Whether a server keeps its connections, as observed by all carriers together."""


class KeepAlive:
    """Counts connections that were reused, or closed by the server, after their first answer.

    A connection can be closed between any check of it and the request that is written to it, whose
    outcome is unknown then. So none is kept if the server, without announcing it, closes more of
    them than are used again.
    """

    def __init__(self) -> None:
        self._used_again = 0
        self._closed = 0

    @property
    def is_worth_trying(self) -> bool:
        """Whether connections are to be kept."""
        return self._used_again >= self._closed

    def was_used_again(self) -> None:
        """Record a second answer over one connection."""
        self._used_again += 1

    def was_closed(self) -> None:
        """Record a connection that the server closed after its first answer."""
        self._closed += 1
