"""The JSON Schemas that `sendx schema` prints, each of one kind of output."""

from collections.abc import Mapping
from typing import NamedTuple

from sendx_cli.errors import InvalidValue
from sendx_cli.schemas.contacts import LOOKUP, RESULT, VERIFIED
from sendx_cli.schemas.endings import ENDING
from sendx_cli.schemas.plans import PLAN, REQUEST, UNDO_PLAN
from sendx_cli.schemas.runs import RUN
from sendx_cli.schemas.shapes import Schema

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Output(NamedTuple):
    """A kind of output.

    Args:
        meaning: Which commands write it.
        records: What a line of jsonl or an item of a json array can be, by name.
        documents: What a json document can be beside those, by name.
    """

    meaning: str
    records: Mapping[str, Schema]
    documents: Mapping[str, Schema] = {}


OUTPUTS: Mapping[str, Output] = {
    "result": Output(
        "Results of identify, track, runs resume, runs undo and runs show --rows, and of --report.",
        {"result": RESULT},
    ),
    "plan": Output(
        "What --dry-run shows: the plan of a file or an undo (json), or requests, or a result for "
        "each bad row of a file that is refused.",
        {"request": REQUEST, "result": RESULT},
        {"plan": PLAN, "undo_plan": UNDO_PLAN},
    ),
    "run": Output("What runs list and runs show write.", {"run": RUN}),
    "lookup": Output("What lookup writes.", {"contact": LOOKUP}),
    "verify": Output("What runs verify writes.", {"contact": VERIFIED}),
}


def schema_of(name: str) -> Schema:
    """Return the JSON Schema of a kind of output: a line of jsonl, or a json document.

    Raises:
        InvalidValue: There is no such kind.
    """
    output = OUTPUTS.get(name)
    if output is None:
        raise InvalidValue(f"no such output: {name}", hint=f"one of {', '.join(OUTPUTS)}")
    records = [_reference(one) for one in (*output.records, "ending")]
    documents = [_reference(one) for one in output.documents]
    return {
        "$schema": _DIALECT,
        "title": f"sendx {name}",
        "description": output.meaning,
        "anyOf": [*records, {"type": "array", "items": {"anyOf": records}}, *documents],
        "$defs": {**output.records, "ending": ENDING, **output.documents},
    }


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
