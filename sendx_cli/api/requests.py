"""Making HTTP requests of contacts, independent of the library that carries them."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from sendx_cli import __version__
from sendx_cli.core.contact.contact import Contact

BATCH_PATH = "/contact/identify/bulk"
SANDBOX_URL = "https://sandbox.invalid/api/v1/rest"
"""Stands in for the service's address: it is never looked up, and no request leaves the process."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Call(NamedTuple):
    """One request to the service, without the key.

    Args:
        method: HTTP method.
        url: Absolute URL.
        body: JSON text in UTF-8, or nothing.
    """

    method: str
    url: str
    body: bytes = b""


def base_url_of(base_url: str, *, sandbox: bool) -> str:
    """Return where requests go: to the sandbox inside this process, or to `base_url`."""
    return SANDBOX_URL if sandbox else base_url


def single_call(contact: Contact, body: bytes, base_url: str) -> Call:
    """Return the request for `contact`, whose payload is encoded as `body`."""
    return Call("POST", base_url + contact.path, body)


def batch_call(bodies: Sequence[bytes], base_url: str) -> Call:
    """Return the request that tells the service of several identifies (POST .../bulk).

    Args:
        bodies: Encoded payloads, at most the 25 that the service takes.
        base_url: Where the service is.
    """
    return Call("POST", base_url + BATCH_PATH, b"[" + b",".join(bodies) + b"]")


def host_in(url: str) -> str:
    """Return the host's name, or a word in its place where there is none."""
    try:
        return urlsplit(url).hostname or "the service"
    except ValueError:
        return "the service"


def place_in(url: str) -> str:
    """Return the host's name, with the port where the URL names one."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or "the service"
    except ValueError:
        return "the service"


def key_check(base_url: str, path: str = "/tag") -> Call:
    """Return a request that needs a valid key and changes nothing (GET /tag, /team/member)."""
    return Call("GET", f"{base_url}{path}?limit=1")


def page_call(
    base_url: str, path: str, *, offset: int, limit: int, search: str | None = None
) -> Call:
    """Return the request for a page of one of the account's collections (GET /contact, ...).

    Args:
        base_url: Where the service is.
        path: The collection, such as `/tag`.
        offset: How many of its members come before the page.
        limit: How many the page may have.
        search: Only members that match it.
    """
    query = {"offset": offset, "limit": limit} | ({} if search is None else {"search": search})
    return Call("GET", f"{base_url}{path}?{urlencode(query, quote_via=quote)}")


def encode_payload(payload: Mapping[str, object]) -> bytes:
    """Return compact JSON in UTF-8."""
    return _ENCODER.encode(payload).encode()


def headers_for(key: str, prefix: str | None) -> dict[str, str]:
    """Return the headers of every request; the key is in `X-Team-ApiKey`, after its prefix."""
    return {
        "X-Team-ApiKey": f"{prefix} {key}" if prefix else key,
        "Content-Type": "application/json",
        "Accept": "application/json",
        # An answer in an encoding nobody asked for is taken as broken, so none is asked for.
        "Accept-Encoding": "identity",
        "User-Agent": f"sendx-cli/{__version__}",
    }
