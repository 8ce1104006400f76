"""Requests and responses, independent of how they are transported."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

_NOT_A_KEY = "The Team ID or API Key specified is not valid"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DOCUMENTED: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "Resource not found",
    HTTPStatus.CONFLICT: "Email already exists",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Request body is not in proper format",
    HTTPStatus.TOO_MANY_REQUESTS: "Rate limit exceeded",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Internal server error occurred",
}


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request.

    Args:
        method: In upper case.
        path: Without the query.
        query: What follows the `?`, as it came.
        headers: Names in lower case.
        body: Whole.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response; `headers` without those that only the connection knows."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A request ends here, with an error body, and changes nothing.

    Args:
        status: HTTP status.
        message: The body's message; where empty, the documented one of that status.
        headers: Further headers of the response.
    """

    def __init__(
        self, status: int, message: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.response = error_response(status, message, headers)


def reason_for(status: int) -> str:
    """Return what a status is called; those that are not registered (520) are all one."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown Error"


def json_response(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with `value` as its JSON body, in UTF-8."""
    body = _ENCODER.encode(value).encode()
    return Response(int(status), body, {"Content-Type": "application/json", **(headers or {})})


def error_response(
    status: int, message: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error body as documented; the `status` member is a number for 401 alone."""
    if status == HTTPStatus.UNAUTHORIZED:
        return json_response(status, {"status": status, "message": message or _NOT_A_KEY}, headers)
    text = message or _DOCUMENTED.get(status) or reason_for(status)
    return json_response(status, {"status": "error", "message": text}, headers)
