"""People who left are held back, or stop the run: in any language, under any header."""

import json
from pathlib import Path

import pytest

from sendx_cli.core.mapping.columns import ColumnOptions, explain
from sendx_cli.core.mapping.opt_out_scan import OptOutScan
from sendx_cli.core.mapping.opt_out_words import TELLING_WORDS
from tests.conftest import Command, Run
from tests.runs.conftest import Send
from tests.servers import OK, ScriptedServer, json_answer

IDENTIFY = ("identify", "--from", "p.csv")
REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})


def sent(server: ScriptedServer) -> list[str]:
    return sorted(request.json["email"] for request in server.requests)  # type: ignore[index]


@pytest.mark.parametrize(
    ("header", "stays", "left"),
    [
        ("Abonnementstatus", "angemeldet", "abgemeldet"),
        ("Newsletter-Status", "Aktiv", "Unerwünscht"),
        ("Abgemeldet am", "", "01.02.2024"),
        ("Austragungsdatum", "", "01.02.2024"),
        ("Status da assinatura", "ativo", "Cancelado"),
        ("Data de cancelamento da inscrição", "", "01/02/2024"),
        ("Avregistrerad datum", "", "2024-01-01"),
        ("Email blocked", "false", "true"),
        ("Einwilligung", "ja", "nein"),
        ("Akzeptiert E-Mail-Marketing", "Ja", ""),
        ("Statut de l'abonnement", "abonné", "désabonné"),
        ("Statut", "Client", "Désinscrit(e)"),
        ("De\u0301sabonne\u0301", "non", "oui"),
        ("Accepte le marketing par e-mail", "oui", "non"),
        ("Estado de suscripción", "Suscrito", "Cancelado"),
        ("Estado", "Jalisco", "dado de baja"),
        ("Acepta marketing", "sí", "no"),
        ("Dado de baja", "no", "SI"),
        ("Status da inscrição", "ativo", "DESCADASTRADO"),
        ("Aceita receber e-mails", "sim", "não"),
        ("Stato iscrizione", "iscritto", "disiscritto"),
        ("Consenso newsletter", "sì", "no"),
        ("Inschrijfstatus", "ingeschreven", "uitgeschreven"),
        ("Nieuwsbrief", "ja", "nee"),
        ("Status subskrypcji", "aktywny", "wypisany"),
        ("Zgoda na newsletter", "tak", "nie"),
        ("Wypisany", "fałsz", "prawda"),
        ("Prenumerationsstatus", "prenumerant", "avregistrerad"),
        ("Samtycke", "ja", "nej"),
        ("Avregistrerad", "nej", "ja"),
        ("Unsubscribed", "☐", "✔"),
        ("UNSUB_TIME", "0000-00-00 00:00:00", "2024-01-01 10:00:00"),
        ("Subscription state", "subscribed", "bounce"),
    ],
)
def test_a_known_header_holds_back_whoever_left(
    header: str, stays: str, left: str, sendx: Command, folder: Path
) -> None:
    """Each language's headers, its words, its yes and no, and which of them means leaving."""
    (folder / "p.csv").write_text(f"email;{header}\nann@b.co;{stays}\nbob@b.co;{left}\n", "utf-8")
    run = sendx(*IDENTIFY, "--custom-fields", "--sandbox", "--dry-run", "-o", "jsonl")
    assert run.code == 0, run.err
    assert [json.loads(line)["body"]["email"] for line in run.out.splitlines()] == ["ann@b.co"]
    assert "  1  held back" in run.err.splitlines()


@pytest.mark.parametrize(
    "word",
    [
        "abgemeldet",
        "DESABONNE",
        "de\u0301sabonne\u0301",
        "opt\u00a0out",
        "désinscrit",
        "Baja ",
        "dado de baja",
        "de-baja",
        "descadastrado",
        "disiscritta",
        "uitgeschreven",
        "wypisał się",
        "Avregistrerad",
        "avanmäld",
        "Un-Subscribed",
        "opted_out",
        "Opt-out",
        "Hard Bounced",
        "cleaned",
        "  bounced",
        "Do not contact",
    ],
)
def test_a_value_stops_the_run_under_any_header(
    word: str, send: Send, server: ScriptedServer
) -> None:
    """A custom field that holds such a word is not sent unasked; all ways on are named."""
    Path("p.csv").write_text(f"email,Kundenart\nann@b.co,Gold\nbob@b.co,{word}\n", "utf-8")
    for more in ((), ("--skip-invalid",), ("--dry-run",)):
        run = send(*IDENTIFY, "--custom-fields", *more)
        assert (run.code, server.requests) == (2, [])
        assert run.err.splitlines()[-2:] == [
            (
                'sendx: p.csv: column "Kundenart" says that the person opted out in 1 row: '
                "nothing was sent"
            ),
            (
                "  hint: to hold them back, use --map 'Kundenart=subscription' (and "
                "--opt-out-values if it contains other words, too); to send them, use another "
                "--map or --ignore for the column, or use --include-unsubscribed"
            ),
        ]
    assert (
        f"p.csv:3:Kundenart: says that the person opted out: {word.strip()}" in run.err.splitlines()
    )


@pytest.mark.parametrize(
    "text",
    [
        "Email Address,LEID,EUID,NOTES\na@b.co,1,2,unsubscribed\n",
        "EMAIL,EMAIL_BLACKLISTED,OPT_IN\na@b.co,false,abgemeldet\n",
        "id,Email,Created (UTC),Delinquent,Status\n1,a@b.co,,false,unsubscribed\n",
        "email,Schlagwörter\na@b.co,abgemeldet\n",
        "email,Étiquettes\na@b.co,VIP; désabonné\n",
        "email,Etiquetas\na@b.co,baja\n",
        "email,Tagi\na@b.co,VIP|wypisany\n",
        "email,lists\na@b.co,unsubscribed\n",
    ],
)
def test_a_value_stops_the_run_where_a_rule_would_ignore_or_take_it(
    text: str, send: Send, server: ScriptedServer
) -> None:
    """A preset's ignored column, one that is no status there, and tags in each language."""
    Path("p.csv").write_text(text, "utf-8")
    run = send(*IDENTIFY)
    assert (run.code, server.requests) == (2, [])
    assert "that the person opted out in 1 row: nothing was sent" in run.err


@pytest.mark.parametrize(
    "header",
    ["SMS Art", "WhatsApp Art", "Push Art", "Phone Art", "Telefon Art", "Telefoonart", "Mobil"],
)
def test_who_left_another_channel_has_not_left(header: str, sendx: Command, folder: Path) -> None:
    """What is said of messages and calls says nothing of mail."""
    (folder / "p.csv").write_text(f"email,{header}\na@b.co,unsubscribed\n")
    run = sendx(*IDENTIFY, "--custom-fields", "--sandbox", "--dry-run", "-o", "jsonl")
    assert (run.code, len(run.out.splitlines())) == (0, 1), run.err


@pytest.mark.parametrize("header", ["Nivel de riesgo", "Ort", "Wohnort", "Ciudad natal", "Miasto"])
def test_low_and_a_town_are_no_leaving(header: str, sendx: Command, folder: Path) -> None:
    """Where the header tells that `baja` is meant so."""
    (folder / "p.csv").write_text(f"email,{header}\na@b.co,Baja\n")
    run = sendx(*IDENTIFY, "--custom-fields", "--sandbox", "--dry-run", "-o", "jsonl")
    assert (run.code, len(run.out.splitlines())) == (0, 1), run.err


@pytest.mark.parametrize("header", ["Transport", "Placement", "Standard"])
def test_a_header_that_only_holds_the_name_of_a_place_is_none(
    header: str, send: Send, server: ScriptedServer
) -> None:
    """`Ort` is a place, and Transport is not."""
    Path("p.csv").write_text(f"email,{header}\na@b.co,baja\n")
    run = send(*IDENTIFY, "--custom-fields")
    assert (run.code, server.requests) == (2, [])
    assert "that the person opted out in 1 row: nothing was sent" in run.err


@pytest.mark.parametrize("command", ["identify", "track"])
def test_of_tags_nobody_is_told_to_map_them_to_subscription(
    command: str, send: Send, server: ScriptedServer
) -> None:
    """Their column holds others as well: the rows are to be taken out."""
    Path("p.csv").write_text("email,tags\na@b.co,abgemeldet\n")
    run = send(command, "--from", "p.csv")
    assert (run.code, server.requests) == (2, [])
    assert "to hold them back, remove the rows; to send them, use --map" in run.err
    assert "subscription" not in run.err


@pytest.mark.parametrize("header", ["add_tags", "add-tag", "Add Tag"])
def test_tags_under_a_header_of_ours_stop_nothing(
    header: str, send: Send, server: ScriptedServer
) -> None:
    """In one and in several, however it is spelled."""
    Path("p.csv").write_text(f"email,{header}\na@b.co,unsubscribed\n")
    assert send("track", "--from", "p.csv").code == 0
    assert sent(server) == ["a@b.co"]


def test_json_lines_are_looked_at_like_cells(send: Send, server: ScriptedServer) -> None:
    """Members, arrays of tags and the values of customFields."""
    for member in ('"Art":"abgemeldet"', '"tags":["VIP","baja"]', '"customFields":{"x":"Bounced"}'):
        Path("p.jsonl").write_text(f'{{"email":"a@b.co",{member}}}\n', "utf-8")
        run = send("identify", "--from", "p.jsonl", "--custom-fields")
        assert (run.code, server.requests) == (2, []), member
        assert "that the person opted out in 1 row: nothing was sent" in run.err


def test_mapped_to_subscription_they_are_held_back(sendx: Command, folder: Path) -> None:
    """And words that nobody knows are asked about, unless --opt-out-values lists all."""
    (folder / "p.csv").write_text("email,Art\na@b.co,Gold\nb@b.co,abgemeldet\nc@b.co,Raus\n")
    words = (*IDENTIFY, "--map", "Art=subscription", "--sandbox", "--dry-run", "-o", "jsonl")
    run = sendx(*words)
    assert (run.code, run.kinds) == (2, ["bad", "bad", "invalid_rows"])
    assert (
        "p.csv:2:Art: cannot tell whether the person opted in or out: Gold "
        "(list the values that mean opted out, as in --opt-out-values 'unsubscribed'; "
        "all others then mean opted in)"
    ) in run.err.splitlines()
    rest = "p.csv:4:Art: cannot tell whether the person opted in or out: Raus"
    assert rest in run.err.splitlines()
    assert "  hint: list the values that mean opted out, as in --opt-out-values" in run.err
    for more in (
        ("--opt-out-values", "weg, raus"),
        ("--opt-out-values", "weg", "--opt-out-values", "RAUS"),
    ):
        run = sendx(*words, *more)
        assert [json.loads(line)["body"] for line in run.out.splitlines()] == [{"email": "a@b.co"}]
        assert "  1  Art is Raus" in run.err.splitlines()
        assert '  not sent: "Art" (says who opted out)' in run.err.splitlines()


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (
            ("--opt-out-values", "weg"),
            "p.csv: --opt-out-values: no column says who opted out",
            "map the one that does: --map 'COLUMN=subscription'",
        ),
        (("--opt-out-values", "?", "--map", "Art=subscription"), "p.csv: --opt-out-values has", ""),
    ],
)
def test_words_of_ones_own_that_do_nothing_are_refused(
    words: tuple[str, ...], message: str, hint: str, sendx: Command, folder: Path
) -> None:
    """Nobody is to believe that they hold somebody back."""
    (folder / "p.csv").write_text("email,Art\na@b.co,weg\n")
    run = sendx(*IDENTIFY, "--custom-fields", *words, "--sandbox", "--dry-run")
    assert run.code == 2
    assert message in run.err
    assert hint in run.err


@pytest.mark.parametrize(
    ("answer", "fields"),
    [
        (("--map", "Art=field:Art"), [{"Art": "Gold"}, {"Art": "baja"}]),
        (("--ignore", "Art"), [None, None]),
    ],
)
def test_naming_the_column_is_an_answer(
    answer: tuple[str, ...], fields: list[object], sendx: Command, folder: Path
) -> None:
    """They are sent, and the plan says how many say so, for people and as a record."""
    (folder / "p.csv").write_text("email,Art\na@b.co,Gold\nb@b.co,baja\n")
    words = (*IDENTIFY, *answer, "--sandbox", "--dry-run", "-o")
    run = sendx(*words, "jsonl")
    bodies = [json.loads(line)["body"] for line in run.out.splitlines()]
    assert [body.get("customFields") for body in bodies] == fields
    lines = run.err.splitlines()
    at = lines.index("sent although opted out:")
    assert lines[at + 1] == "  1  Art is baja"
    assert json.loads(sendx(*words, "json").out)["sent_though_opted_out"] == {
        "rows": 1,
        "reasons": {"names": [{"name": "Art is baja", "rows": 1}], "further": 0},
    }


def test_a_column_that_was_named_for_something_else_is_counted_too(
    sendx: Command, folder: Path
) -> None:
    """Even as a company; nobody is stopped by the names of people and firms."""
    (folder / "p.csv").write_text("email,Art\na@b.co,Acme\nb@b.co,abgemeldet\n")
    run = sendx(*IDENTIFY, "--map", "Art=company", "--sandbox", "--dry-run", "-o", "jsonl")
    assert (run.code, len(run.out.splitlines())) == (0, 2)
    assert "  1  Art is abgemeldet" in run.err.splitlines()


def test_include_unsubscribed_sends_them(send: Send, server: ScriptedServer) -> None:
    """Whatever says that they left."""
    Path("p.csv").write_text("email,Art,Abgemeldet,Tagi\na@b.co,baja,ja,wypisany\n")
    assert send(*IDENTIFY, "--custom-fields", "--include-unsubscribed").code == 0
    assert sent(server) == ["a@b.co"]


def test_tags_that_were_chosen_for_sendx_are_only_pointed_out(
    send: Send, server: ScriptedServer
) -> None:
    """`add_tags` is a header of ours; a tag to remove is no sign at all."""
    Path("p.csv").write_text(
        "email,add_tags,remove_tags\na@b.co,unsubscribed,\nb@b.co,,unsubscribed\n"
    )
    run = send("track", "--from", "p.csv")
    assert (run.code, sent(server)) == (0, ["a@b.co", "b@b.co"])
    assert "  1  add_tags is unsubscribed" in run.err.splitlines()
    Path("q.csv").write_text("email,tags\na@b.co,unsubscribed\n")
    assert send("track", "--from", "q.csv").code == 2


def test_a_map_file_keeps_what_was_said_and_answers_nothing_else(
    sendx: Command, folder: Path
) -> None:
    """A column that --custom-fields found is none that somebody decided about."""
    (folder / "p.csv").write_text("email,Art,Plan,Weg\na@b.co,,,ja\nb@b.co,,,nein\n")
    options = ("--map", "Weg=subscription", "--opt-out-values", "ja", "--custom-fields")
    dry = ("--sandbox", "--dry-run", "-o", "jsonl", "-q")
    said = sendx(*IDENTIFY, *options, "--ignore", "Art", "--save-map", "m.toml", *dry)
    again = sendx(*IDENTIFY, "--map-file", "m.toml", *dry)
    assert (said.code, again.code, said.out) == (0, 0, again.out)
    assert [json.loads(line)["body"]["email"] for line in again.out.splitlines()] == ["b@b.co"]
    (folder / "q.csv").write_text("email,Art,Plan,Weg\na@b.co,baja,,\nb@b.co,,baja,\n")
    run = sendx("identify", "--from", "q.csv", "--map-file", "m.toml", *dry)
    assert (run.code, run.kinds) == (2, ["bad", "invalid_rows"])
    assert 'column "Plan" says that the person opted out in 1 row' in run.err
    resaved = sendx(*IDENTIFY, "--map-file", "m.toml", "--save-map", "n.toml", *dry)
    assert resaved.code == 0
    assert (folder / "n.toml").read_text() == (folder / "m.toml").read_text()


def test_a_stream_stops_before_the_first_of_them(send: Send, server: ScriptedServer) -> None:
    """What came before is sent, nothing behind; all ways on are named."""
    rows = "email,Art\na@b.co,Gold\nb@b.co,abgemeldet\nc@b.co,Gold\n"
    run = send("identify", "--from", "-", "--stream", "--custom-fields", stdin=rows)
    assert run.code != 0
    assert sent(server) == ["a@b.co"]
    assert "standard input:3: Art: says that the person opted out: abgemeldet" in run.err
    assert "--map 'Art=subscription'" in run.err


def stopped_run(send: Send, server: ScriptedServer, text: str, *options: str) -> Run:
    """Begin a run that is stopped after one row, and let the next one succeed."""
    Path("p.csv").write_text(text)
    server.script = lambda _request, number: REFUSED if number > 1 else OK
    run = send(*IDENTIFY, "--concurrency", "1", *options)
    server.script = lambda _request, _number: OK
    server.requests.clear()
    return run


def test_a_resume_keeps_what_was_said(send: Send, server: ScriptedServer) -> None:
    """Whoever is added to the file is held back by the same words, or stops it as before."""
    text = "email,Art,Plan\n" + "".join(f"p{n}@b.co,ok,x\n" for n in range(6))
    options = ("--map", "Art=subscription", "--opt-out-values", "raus", "--custom-fields")
    assert stopped_run(send, server, text, *options).code == 255
    Path("q.csv").write_text(text + "new@b.co,ok,baja\n")
    assert send("runs", "resume", "--from", "q.csv").code == 2
    assert server.requests == []
    Path("q.csv").write_text(text + "gone@b.co,raus,x\n")
    run = send("runs", "resume", "--from", "q.csv")
    assert run.code == 0, run.err
    assert "  1  Art is raus" in run.err.splitlines()
    assert sent(server) == [f"p{n}@b.co" for n in range(1, 6)]


def test_the_next_command_says_the_same_words(send: Send, server: ScriptedServer) -> None:
    """Ready to be copied, it holds back whom the run held back."""
    Path("p.csv").write_text("email,Art\na@b.co,ok\nb@b.co,raus\n")
    server.script = lambda _request, _number: json_answer(400, {"status": 400, "message": "no"})
    run = send(*IDENTIFY, "--map", "Art=subscription", "--opt-out-values", "raus,weg")
    assert run.code == 4
    assert run.err.splitlines()[-2] == "next: fix the rows in p.failed.csv, then run:"
    assert run.err.splitlines()[-1].startswith(
        "  sendx identify --from p.failed.csv --map Art=subscription "
        "--opt-out-values raus --opt-out-values weg"
    )


ORDINARY = {
    "Order status": "completed cancelled canceled refunded on-hold failed returned shipped",
    "Estado del pedido": "cancelado pendiente enviado devuelto anulado",
    "Bestellstatus": "storniert versendet widerrufen offen gekündigt",
    "Statut de la commande": "annulée expédiée remboursée",
    "Stato ordine": "annullato spedito cancellato",
    "Plan": "cancelled trial free pro gekündigt",
    "Subscription plan": "cancelled monthly active",
    "Account": "inactive active deleted blocked invalid",
    "Prioridad": "alta media baja",
    "Nivel": "alta baja",
    "City": "Baja Baia Bajalia",
    "Ort": "Baja",
    "Konto": "gesperrt inaktiv",
    "Phone": "blocked +49123",
    "SMS Marketing Consent": "UNSUBSCRIBED NEVER_SUBSCRIBED",
    "WhatsApp": "opted-out",
    "Kontaktstatus": "Interessent Kunde",
    "Anmeldestatus": "Warteliste bezahlt",
    "Estado": "Jalisco Puebla",
    "Statut": "Client Prospect",
    "Stato": "Italia Francia",
    "Notes": "unsubscribed_from_gym cleaned_house bounced_cheque",
    "Zahlung": "Rücklastschrift offen",
    "Country": "NO SE NL PL ES IT PT FR DE",
    "Antwort": "ja nein vielleicht",
    "Réponse": "oui non",
    "Respuesta": "sí no",
    "Resposta": "sim não",
    "Odpowiedź": "tak nie",
    "Svar": "ja nej",
    "Gender": "M F x",
    "Score": "0 1 2.5",
    "Kurs": "Nichtschwimmer Abgemahnt",
    "Colour": "black blue clear",
    "Tags": "VIP customer cancelled churned newsletter lapsed",
    "Étiquettes": "annulé client",
    "Schlagwörter": "storniert kunde",
}


@pytest.mark.parametrize("header", ORDINARY)
def test_ordinary_columns_are_no_alarm(header: str, sendx: Command, folder: Path) -> None:
    """Orders, contracts, levels, towns, answers, other channels, sentences: all rows are sent."""
    cells = ORDINARY[header].split()
    rows = "".join(f"p{n}@b.co;{cell.replace('_', ' ')}\n" for n, cell in enumerate(cells))
    (folder / "p.csv").write_text(f"email;{header}\n{rows}", "utf-8")
    run = sendx(*IDENTIFY, "--custom-fields", "--sandbox", "--dry-run", "-o", "jsonl")
    assert (run.code, len(run.out.splitlines())) == (0, len(cells)), run.err
    assert "held back" not in run.err
    assert "sent although" not in run.err


def test_names_of_people_and_firms_are_no_alarm(sendx: Command, folder: Path) -> None:
    """Baja is a surname, and a firm may be called anything."""
    (folder / "p.csv").write_text(
        "email,first name,last name,company\na@b.co,Cleaned,Baja,Optout\n"
    )
    run = sendx(*IDENTIFY, "--sandbox", "--dry-run", "-o", "jsonl")
    assert (run.code, len(run.out.splitlines())) == (0, 1)


def test_the_fast_look_misses_no_word() -> None:
    """Each is found as it is written, in capitals, without accents, with any blank in it."""
    look = OptOutScan(explain(["email", "Kind"], ColumnOptions(custom_fields=True)))
    for word in TELLING_WORDS:
        for spelled in (
            word,
            word.upper(),
            f" {word}\u00a0",
            *(word.replace(" ", m) for m in "-_"),
        ):
            assert look.find(("a@b.co", spelled)), spelled


def test_a_named_column_answers_for_no_other(send: Send, server: ScriptedServer) -> None:
    """Where two columns of a row say so, one of which nobody decided about, the run stops."""
    Path("p.csv").write_text("email,Art,Plan\na@b.co,baja,baja\n")
    run = send(*IDENTIFY, "--map", "Art=field:Art", "--custom-fields")
    assert (run.code, server.requests) == (2, [])
    assert 'column "Plan" says that the person opted out in 1 row' in run.err


def test_words_of_ones_own_hold_for_a_known_header_too(sendx: Command, folder: Path) -> None:
    """Mapped by name, the words are all that mean opting out; --include-unsubscribed: none."""
    (folder / "p.csv").write_text("email,Status\na@b.co,Gold\nb@b.co,Ex\n")
    words = (*IDENTIFY, "--map", "Status=subscription", "--opt-out-values", "ex")
    dry = ("--sandbox", "--dry-run", "-o", "jsonl")
    assert len(sendx(*words, *dry).out.splitlines()) == 1
    every = sendx(*words, *dry, "--include-unsubscribed", "--save-map", "m.toml")
    assert (every.code, len(every.out.splitlines())) == (0, 2)
    assert "Status" not in (folder / "m.toml").read_text()


def test_a_map_file_made_for_an_identify_serves_a_track(sendx: Command, folder: Path) -> None:
    """What a track has no place for is left out, also where somebody named it."""
    (folder / "p.csv").write_text("email,Art,tags\na@b.co,x,vip\n")
    dry = ("--sandbox", "--dry-run", "-q")
    assert sendx(*IDENTIFY, "--map", "Art=field:Art", "--save-map", "m.toml", *dry).code == 0
    assert sendx("track", "--from", "p.csv", "--map-file", "m.toml", *dry).code == 0
