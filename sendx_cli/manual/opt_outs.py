"""The topic `opt-outs`."""

from collections.abc import Sequence

from sendx_cli.manual.blocks import Block, Lines, Paragraph


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    return (
        Paragraph(
            "Rows that say that the person unsubscribed, bounced or never agreed are held back: by "
            "the headers and words of English, German, French, Spanish, Portuguese, Italian, "
            "Dutch, Polish and Swedish. The plan counts them. --include-unsubscribed sends them."
        ),
        Paragraph(
            "Where such a word is a whole cell or tag under a header that does not show its "
            "meaning, nothing is sent until you set it. --map COLUMN=subscription holds these "
            "people back, another --map or --ignore of that column sends them. --opt-out-values "
            "adds words of your own. A --stream stops before the first such row."
        ),
        Lines(
            "",
            (
                "sendx identify --from people.csv --map 'Kundenart=subscription' \\",
                "  --opt-out-values 'raus,weg'",
            ),
        ),
    )
