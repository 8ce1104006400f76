"""Words that mean opt-out or consent, and the headers of their columns, by language.

All are compared by `spellings.bare_key`: whole cells, without case, accents and punctuation.
"""

from sendx_cli.core.mapping.spellings import bare_key

_TELLING = {
    "en": "unsubscribed, unsubscribe, un-subscribed, globally unsubscribed, opted out, opt out, "
    "opted-out of email, bounced, hard bounced, hard bounce, soft bounced, soft bounce, cleaned, "
    "never subscribed, non-subscribed, not subscribed, suppressed, blacklisted, blocklisted, "
    "do not email, do not mail, do not contact, spam complaint, marked as spam, reported as spam",
    "de": "abgemeldet, vom Newsletter abgemeldet, Newsletter abgemeldet, abbestellt, "
    "Newsletter abbestellt, ausgetragen, gebounct, gebounced, nicht abonniert, kein Newsletter, "
    "keine E-Mails, keine Mails",
    "fr": "désabonné, désabonnée, désinscrit, désinscrite, non abonné, non abonnée, blacklisté, "
    "blacklistée, liste noire, en liste noire, ne plus contacter, ne pas contacter",
    "es": "baja, de baja, dado de baja, dada de baja, se dio de baja, desuscrito, desuscrita, "
    "desuscripto, desuscripta, no suscrito, no suscrita, rebotado, rebotada, lista negra, "
    "no contactar",
    "pt": "descadastrado, descadastrada, desinscrito, desinscrita, dessubscrito, dessubscrita, "
    "não subscrito, não subscrita, lista negra, não contactar, não contatar",
    "it": "disiscritto, disiscritta, disabbonato, disabbonata, rimbalzato, rimbalzata, "
    "lista nera, non contattare",
    "nl": "uitgeschreven, afgemeld, gebouncet, gebouncd, niet geabonneerd, geen nieuwsbrief, "
    "zwarte lijst, niet mailen",
    "pl": "wypisany, wypisana, wypisano, wypisał się, wypisała się, odsubskrybowany, "
    "odsubskrybowana, wyrejestrowany, wyrejestrowana, odbity, odbita, czarna lista",
    "sv": "avregistrerad, avregistrerat, avprenumererad, avprenumererat, avanmäld, "
    "ej prenumerant, studsad, svartlistad",
}
"""Words that mean an opt-out in any column.

Words that are also used of orders, contracts, payments and accounts are not among them:
*cancelled*, *cancelado*, *storniert*, *gekündigt*, *blocked*, *inactive*, *deleted*, *invalid*,
*removido*, *opgezegd*. Those count only in columns whose header is about subscriptions.
"""
_IN_STATUS = {
    "en": "complained, complaint, spam, blocked, unconfirmed, invalid, deleted, removed, "
    "cancelled, canceled, inactive, bounce, archived, undeliverable, dropped",
    "de": "gekündigt, gekuendigt, gelöscht, geloescht, gesperrt, inaktiv, ungültig, ungueltig, "
    "unbestätigt, unbestaetigt, unerwünscht, unerwuenscht, widerrufen, widersprochen, storniert, "
    "nicht angemeldet, nicht bestätigt, deaktiviert, unzustellbar, Beschwerde, ausgeschlossen",
    "fr": "résilié, résiliée, annulé, annulée, inactif, inactive, supprimé, supprimée, bloqué, "
    "bloquée, invalide, non confirmé, non confirmée, non inscrit, non inscrite, rejeté, rejetée, "
    "désactivé, désactivée, plainte, refusé, refusée",
    "es": "cancelado, cancelada, inactivo, inactiva, eliminado, eliminada, borrado, bloqueado, "
    "bloqueada, inválido, no válido, sin confirmar, no confirmado, no inscrito, anulado, "
    "suscripción cancelada, rechazado, queja, rebote",
    "pt": "cancelado, cancelada, inativo, inativa, inactivo, removido, removida, excluído, "
    "eliminado, bloqueado, bloqueada, inválido, não confirmado, não confirmada, não inscrito, "
    "inscrição cancelada, rejeitado, devolvido",
    "it": "cancellato, cancellata, annullato, inattivo, inattiva, eliminato, rimosso, bloccato, "
    "non valido, non confermato, non confermata, non iscritto, non iscritta, in attesa, reclamo",
    "nl": "opgezegd, geannuleerd, inactief, niet actief, verwijderd, geblokkeerd, ongeldig, "
    "onbevestigd, niet bevestigd, niet ingeschreven, niet aangemeld, klacht",
    "pl": "zrezygnował, zrezygnowała, rezygnacja, anulowany, anulowana, nieaktywny, nieaktywna, "
    "usunięty, usunięta, zablokowany, zablokowana, nieprawidłowy, błędny, niepotwierdzony, "
    "niepotwierdzona, zawieszony, oczekuje, niezapisany",
    "sv": "avslutad, avslutat, avbeställd, inaktiv, borttagen, raderad, blockerad, spärrad, "
    "ogiltig, obekräftad, ej bekräftad, ej aktiv, klagomål, studs",
}
"""Further words that mean an opt-out, in a column whose header is about subscriptions."""
_STAYS = {
    "en": "active, subscribed, confirmed, opted in, opt in, enabled, valid, subscriber",
    "de": "aktiv, abonniert, angemeldet, bestätigt, bestaetigt, eingetragen, Abonnent, gültig",
    "fr": "actif, active, abonné, abonnée, inscrit, inscrite, confirmé, confirmée, valide",
    "es": "activo, activa, suscrito, suscrita, suscripto, alta, inscrito, confirmado, confirmada",
    "pt": "ativo, ativa, activo, inscrito, inscrita, subscrito, assinante, confirmado, cadastrado",
    "it": "attivo, attiva, iscritto, iscritta, abbonato, abbonata, confermato, confermata, valido",
    "nl": "actief, ingeschreven, aangemeld, geabonneerd, bevestigd, abonnee, geldig",
    "pl": "aktywny, aktywna, zapisany, zapisana, subskrybent, potwierdzony, potwierdzona",
    "sv": "aktiv, prenumererar, prenumerant, anmäld, bekräftad, registrerad, giltig",
}
_YES = (
    "yes, y, true, t, 1, on, agreed, granted, accepted, ok, x, ja, j, wahr, erteilt, zugestimmt, "
    "oui, o, vrai, accepté, sí, s, verdadero, aceptado, sim, verdadeiro, aceito, aceite, vero, "
    "accettato, waar, akkoord, tak, prawda, zgoda, sant, godkänt"
)
_NO = (
    "no, n, false, f, 0, off, never, none, null, na, nein, falsch, nie, niemals, kein, keine, "
    "keiner, non, faux, jamais, aucun, aucune, falso, nunca, ninguno, não, nenhum, mai, nessuno, "
    "nee, onwaar, nooit, geen, fałsz, brak, nigdy, nej, falskt, aldrig, ingen"
)
"""*Nie* means never in German and no in Polish."""
_MARKS = {**dict.fromkeys("✓✔☑✅🗸☒", "yes"), **dict.fromkeys("✗✘❌☐", "no")}

_LEAVING_HEADERS = {
    "en": "unsub time, unsub reason, unsub reason other, unsub campaign title, unsub campaign id, "
    "clean time, clean campaign title, clean campaign id, unsubscribed, unsubscribed at, "
    "unsubscribe date, unsubscribe time, unsubscribe reason, unsubscribed from all email, "
    "unsubscribed on, is unsubscribed, date unsubscribed, bounced, bounced at, is bounced, "
    "hard bounce, hard bounced, email hard bounce reason, email bounced reason, bounce reason, "
    "email bounced date, bounce date, email blacklisted, email blocked, blacklisted, "
    "email blocklisted, "
    "blocklisted, blocked, suppressed, is suppressed, suppressed at, suppression reason, "
    "email suppressions, email disabled, opted out, opt out, opt out date, opted out at, "
    "email opt out, email opted out, has opted out of email, global opt out, do not email, "
    "do not mail, do not contact, complained, spam complaint",
    "de": "abgemeldet, abgemeldet am, Abmeldedatum, Abmeldung, Abmeldung am, Abmeldezeitpunkt, "
    "Abmeldegrund, Newsletter abgemeldet, Newsletter abbestellt, abbestellt, abbestellt am, "
    "ausgetragen, ausgetragen am, Austragung, Austragungsdatum, Werbesperre, "
    "Newsletter-Sperre, E-Mail-Sperre, "
    "Mailsperre, Widerspruch, Werbewiderspruch, keine Werbung, kein Newsletter, keine E-Mails, "
    "gesperrt, Sperrliste",
    "fr": "désabonné, désabonné le, date de désabonnement, désabonnement, désinscrit, "
    "désinscrit le, date de désinscription, désinscription, motif de désinscription, "
    "opposition, liste noire, blacklisté, ne pas contacter, ne plus contacter",
    "es": "baja, dado de baja, fecha de baja, fecha baja, motivo de baja, desuscrito, "
    "fecha de desuscripción, desuscripción, lista negra, no contactar, rebotado",
    "pt": "descadastrado, descadastrado em, data de descadastro, data descadastro, descadastro, "
    "data de cancelamento da inscrição, data de cancelamento da assinatura, inscrição cancelada, "
    "desinscrito, data de desinscrição, lista negra, não contactar, não enviar e-mail",
    "it": "disiscritto, disiscritto il, data disiscrizione, data di disiscrizione, "
    "disiscrizione, lista nera, non contattare",
    "nl": "uitgeschreven, uitgeschreven op, uitschrijfdatum, datum uitschrijving, uitschrijving, "
    "afgemeld, afgemeld op, afmelddatum, afmelding, geen nieuwsbrief, niet mailen, zwarte lijst",
    "pl": "wypisany, wypisana, wypisano, data wypisania, data wypisu, wypisanie, "
    "rezygnacja z newslettera, czarna lista, sprzeciw, odbity",
    "sv": "avregistrerad, avregistrerad datum, avregistreringsdatum, avregistrering, "
    "avprenumererad, avprenumererat, "
    "avanmäld, avanmälningsdatum, svartlistad, spärrad",
}
_CONSENT_HEADERS = {
    "en": "accepts email marketing, accepts marketing, email marketing consent, consent, "
    "email consent, marketing consent, opt in, opted in, email opt in, marketing opt in, "
    "email subscribed, subscribed, is subscribed, newsletter, newsletter consent, gdpr consent, "
    "newsletter subscription, newsletter opt in, subscribed to newsletter, marketing permission, "
    "email permission",
    "de": "Einwilligung, E-Mail-Einwilligung, Newsletter-Einwilligung, Werbeeinwilligung, "
    "Marketing-Einwilligung, DSGVO-Einwilligung, Zustimmung, Newsletter abonniert, abonniert, "
    "Newsletter-Anmeldung, Newsletter erwünscht, Newsletter empfangen, akzeptiert Marketing, "
    "akzeptiert E-Mail-Marketing, Werbung erlaubt",
    "fr": "consentement, consentement e-mail, consentement marketing, consentement newsletter, "
    "accepte le marketing, accepte le marketing par e-mail, abonné, abonné à la newsletter, "
    "inscrit à la newsletter, inscription newsletter, optin e-mail",
    "es": "consentimiento, consentimiento de marketing, consentimiento de correo electrónico, "
    "acepta marketing, acepta marketing por correo electrónico, acepta el marketing, "
    "acepta publicidad, acepta newsletter, suscrito, suscrito al boletín, "
    "suscrito a la newsletter, boletín",
    "pt": "consentimento, consentimento de marketing, aceita marketing, aceita receber e-mails, "
    "aceita marketing por e-mail, aceita e-mail marketing, inscrito na newsletter, subscrito",
    "it": "consenso, consenso marketing, consenso al marketing, consenso newsletter, "
    "consenso email, accetta marketing, accetta il marketing, accetta email marketing, "
    "iscritto alla newsletter, iscrizione newsletter, iscrizione alla newsletter",
    "nl": "toestemming, e-mailtoestemming, toestemming marketing, accepteert marketing, "
    "accepteert e-mailmarketing, nieuwsbrief, nieuwsbrief ontvangen, "
    "ingeschreven voor nieuwsbrief, aangemeld voor nieuwsbrief",
    "pl": "zgoda, zgoda marketingowa, zgoda na marketing, zgoda na newsletter, zgoda e-mail, "
    "zgoda RODO, akceptuje marketing, zapisany na newsletter",
    "sv": "samtycke, marknadsföringssamtycke, samtycke till marknadsföring, nyhetsbrev, "
    "prenumererar, prenumererar på nyhetsbrev, accepterar marknadsföring, "
    "accepterar e-postmarknadsföring",
}
_STATUS_HEADERS = {
    "en": "status, email status, subscription status, subscriber status, contact status, "
    "member status, email marketing status, subscribe status, subscription state, "
    "marketing status, newsletter status, consent status, opt in status",
    "de": "Abonnementstatus, Abonnementsstatus, Abo-Status, Abonnentenstatus, Newsletter-Status, "
    "E-Mail-Status, Empfängerstatus, Abmeldestatus, Mailstatus",
    "fr": "statut d'abonnement, statut de l'abonnement, statut abonnement, statut de l'abonné, "
    "statut e-mail, statut newsletter, statut d'inscription, "
    "état de l'abonnement",
    "es": "estado de suscripción, estado de la suscripción, estado suscripción, "
    "estado del suscriptor, estado del email, estado del correo",
    "pt": "status da inscrição, status de inscrição, status da newsletter, "
    "status da assinatura, "
    "status do e-mail, estado da subscrição, situação da inscrição",
    "it": "stato iscrizione, stato dell'iscrizione, stato di iscrizione, stato iscritto, "
    "stato email",
    "nl": "inschrijfstatus, inschrijvingsstatus, status inschrijving, nieuwsbriefstatus, "
    "status abonnee",
    "pl": "status subskrypcji, status subskrybenta, stan subskrypcji",
    "sv": "prenumerationsstatus, e-poststatus, prenumerantstatus, nyhetsbrevsstatus",
}
_LOOSE_STATUS_HEADERS = (
    "statut, estado, estatus, stato, situação, stan, Kontaktstatus, Anmeldestatus, "
    "statut du contact, estado del contacto, status do contato, estado do contacto, "
    "stato contatto, stato del contatto, aanmeldstatus, status kontaktu, status zapisu"
)
"""They may mean a federal state or a lead's stage, too: only words of opting out count there."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


def _keys(*texts: str) -> frozenset[str]:
    return frozenset(bare_key(word) for text in texts for word in _words(text))


TELLING_WORDS = tuple(word for text in _TELLING.values() for word in _words(text))
"""As they are written, for the fast scan in `opt_out_scan`."""
TELLING = _keys(*_TELLING.values())
LEFT = TELLING | _keys(*_IN_STATUS.values())
STAYS = _keys(*_STAYS.values())
YES = _keys(_YES)
NO = _keys(_NO) | {""}
LEAVING_HEADERS = _keys(*_LEAVING_HEADERS.values())
CONSENT_HEADERS = _keys(*_CONSENT_HEADERS.values())
LOOSE_STATUS_HEADERS = _keys(_LOOSE_STATUS_HEADERS)
STATUS_HEADERS = _keys(*_STATUS_HEADERS.values()) | LOOSE_STATUS_HEADERS


def value_key(text: str) -> str:
    """Return the normalised form of a cell's word; a tick is a yes."""
    return bare_key(text) or _MARKS.get(text.strip("\ufe0f \t\u00a0"), "")
