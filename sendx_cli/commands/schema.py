"""`sendx schema`: the JSON Schemas of what programs read."""

from typing import Annotated

import typer

from sendx_cli.commands.options import new_app, runtime_of, with_option_groups

app = new_app()


@app.command()
@with_option_groups
def schema(
    ctx: typer.Context,
    output: Annotated[
        str, typer.Argument(metavar="result|plan|run|lookup|verify", help="The kind of output.")
    ],
) -> None:
    """Print the JSON Schema (2020-12) of an output.

    It describes a line of jsonl and a whole json document. `sendx help output` says the same in
    words.

    Examples:
      sendx schema result
      sendx schema plan > plan.schema.json
    """
    from sendx_cli.output.formats import json_text
    from sendx_cli.schemas.documents import schema_of

    writer = runtime_of(ctx).output
    writer.write(json_text(schema_of(output), ascii_only=writer.is_ascii) + "\n")
