"""The table of single calls: whole processes, from nothing to the answer."""

import ssl
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.benchmarks import installed
from tests.benchmarks.commands import JSON_HEADERS, SENDX, Command, client, environment, tool
from tests.benchmarks.pairs import PAIRS, compare, median_ms
from tests.benchmarks.serving import serving
from tests.benchmarks.tables import MissingPeer, Table, skip

TABLE = Table(
    f"Start-up: whole processes, medians of {PAIRS} pairs",
    [("what", -20), ("ours ms", 8), ("against", -34), ("theirs ms", 10), ("ratio", 6)],
)
ONE_CALL = Command("sendx", [SENDX, "track", "a@b.co", "--add-tag", "x", "-o", "json"])
HELP = Command("sendx", [SENDX, "--help"])
EMPTY_TYPER = Command(
    "an empty Typer app",
    [
        sys.executable,
        "-c",
        "import typer; app = typer.Typer(); app.command()(lambda: None); app(['--help'])",
    ],
)
HTTP_CLIENT = Command("http.client", [sys.executable, client("http_client_call.py")])
COMPLETION = {
    "_SENDX_COMPLETE": "bash",
    "_SENDX_LINE": "sendx track --add",
}


def show(folder: Path) -> None:
    """Measure and show the table."""
    TABLE.begin()
    with serving() as served:
        environ = environment(folder, served.url)
        row("one call", ONE_CALL, lambda: HTTP_CLIENT, environ)
        row("one call", ONE_CALL, lambda: curl_call(served.url), environ)
        row("one call", ONE_CALL, lambda: python_call(folder), environ)
        row("one call", ONE_CALL, lambda: javascript_call(folder), environ)
    show_tls(folder)
    environ = environment(folder, "http://127.0.0.1:9")
    row("--help", HELP, lambda: EMPTY_TYPER, environ)
    completion = Command("sendx", [SENDX], environ=COMPLETION)
    TABLE.row("completion, a <TAB>", f"{median_ms(completion, environ):.0f}", "-", "-", "-")


def row(what: str, ours: Command, peer: Callable[[], Command], environ: Mapping[str, str]) -> None:
    """Show a comparison, or what it lacks."""
    try:
        theirs = peer()
    except MissingPeer as missing:
        skip(f"{what} against a tool or SDK of others", missing)
        return
    found = compare(ours, theirs, environ)
    figures = f"{found.ours_ms:.0f}", theirs.name, f"{found.theirs_ms:.0f}", f"{found.ratio:.2f}"
    TABLE.row(what, *figures)


def curl_call(url: str, *options: str) -> Command:
    """Return one call with curl."""
    body = '{"email":"a@b.co","addTags":["x"]}'
    words = [tool("curl"), "-sS", *options, "-d", body, *JSON_HEADERS, f"{url}/contact/track"]
    return Command("curl", words)


def python_call(folder: Path) -> Command:
    """Return one call with SendX's Python SDK."""
    python = installed.python_sdk(folder)
    return Command("SendX's Python SDK", [str(python), client("sdk_call.py")])


def javascript_call(folder: Path) -> Command:
    """Return one call with SendX's JavaScript SDK."""
    environ = {"NODE_PATH": str(installed.javascript_sdk(folder))}
    words = [tool("node"), client("sdk_call.cjs")]
    return Command("SendX's JavaScript SDK, Node", words, environ=environ)


def show_tls(folder: Path) -> None:
    """Show one call over TLS, where all trust the same bundle of a public one's size."""
    try:
        certificate, bundle = certified(folder)
    except MissingPeer as missing:
        skip("one call over TLS", missing)
        return
    with serving(certificate=certificate) as served:
        environ = environment(folder, served.url) | {"SSL_CERT_FILE": str(bundle)}
        count = len(ssl.create_default_context(cafile=str(bundle)).get_ca_certs())
        what = f"TLS, {count} authorities"
        row(what, ONE_CALL, lambda: HTTP_CLIENT, environ)
        row(what, ONE_CALL, lambda: curl_call(served.url, "--cacert", str(bundle)), environ)


def certified(folder: Path) -> tuple[Path, Path]:
    """Write a server's certificate, and certifi's bundle with its authority behind it.

    Raises:
        MissingPeer: What makes certificates is not installed.
    """
    try:
        import certifi
        import trustme
    except ImportError as error:
        raise MissingPeer(f"the Python package {error.name} is not installed") from None
    authority = trustme.CA()
    certificate, bundle = folder / "server.pem", folder / "bundle.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    public = Path(certifi.where()).read_bytes()
    bundle.write_bytes(public + b"\n" + authority.cert_pem.bytes())
    return certificate, bundle
