"""Redacting a secret that a service repeats in its answer, however it is encoded there."""

import json

MASK = "********"


def redacted(body: bytes, secret: str) -> bytes:
    r"""Return `body` without `secret`, also where JSON wrote it with escapes (`\u0026`, `\/`)."""
    body = body.replace(secret.encode(), MASK.encode())
    if b"\\" not in body:
        return body
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    clean = _without(value, secret)
    return body if clean == value else json.dumps(clean).encode()


def _without(value: object, secret: str) -> object:
    if isinstance(value, str):
        return value.replace(secret, MASK)
    if isinstance(value, list):
        return [_without(member, secret) for member in value]
    if isinstance(value, dict):
        return {name.replace(secret, MASK): _without(v, secret) for name, v in value.items()}
    return value
