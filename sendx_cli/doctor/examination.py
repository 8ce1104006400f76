"""All checks, in the order in which one explains the next."""

from collections.abc import Iterator, Mapping

from sendx_cli.api.requests import place_in
from sendx_cli.core.account.catalogue import MEMBERS, TAGS
from sendx_cli.delivery.rate_file import RateFile, rate_path
from sendx_cli.doctor import machine, service
from sendx_cli.doctor.asked import Ask
from sendx_cli.doctor.check import Check, State, failed, skipped
from sendx_cli.errors import SendxError
from sendx_cli.runtime import Runtime
from sendx_cli.settings.base_url import origin_text
from sendx_cli.settings.paths import runs_directory, state_directory
from sendx_cli.settings.resolve import Settings, resolve

_OF_SERVICE = ("service", "account", "clock")


def examine(runtime: Runtime, flags: Mapping[str, object], ask: Ask) -> Iterator[Check]:
    """Yield each check as soon as it is made.

    Args:
        runtime: The environment and the clock.
        flags: `profile` and `base_url`, as they were typed.
        ask: Asks the service.
    """
    yield machine.versions()
    try:
        path, state = runtime.config_path, state_directory()
    except SendxError as error:
        yield failed("config file", error)
        return
    check, config = machine.config_file(path)
    yield check
    if config is None:
        yield skipped("profile", "not checked: the config file cannot be read")
    else:
        try:
            settings = resolve(flags, runtime.environ, config)
        except SendxError as error:
            yield failed("profile", error)
        else:
            yield from _of_profile(runtime, settings, ask)
    yield machine.state_directory(state)
    yield machine.unfinished_runs(runs_directory())


def _of_profile(runtime: Runtime, settings: Settings, ask: Ask) -> Iterator[Check]:
    base_url = settings.base_url.value
    yield service.profile(settings)
    proxy = service.proxy(base_url, runtime.environ)
    local = [
        service.key(settings),
        proxy,
        service.authorities(settings, runtime.environ),
        skipped("name lookup", "not checked, as the proxy check failed")
        if proxy.state is State.FAILED
        else service.name_look_up(base_url),
    ]
    yield from local
    broken = next((check.name for check in local if check.state is State.FAILED), None)
    if broken is not None:
        yield from (
            skipped(name, f"not checked, as the {broken} check failed") for name in _OF_SERVICE
        )
    else:
        yield from _of_answer(runtime, settings, ask)
    if local[0].state is State.OK:
        record = _rate_record(settings)
        yield machine.rate_known(record, runtime.clock.unix(), settings.rate.value)


def _of_answer(runtime: Runtime, settings: Settings, ask: Ask) -> Iterator[Check]:
    try:
        asked = ask(settings, TAGS)
    except SendxError as error:
        yield failed("service", error)
        return
    place = place_in(settings.base_url.value)
    yield service.taken(asked.reply, asked.refusal, elapsed_s=asked.elapsed_s, place=place)
    if asked.refusal is None:
        yield service.account(ask(settings, MEMBERS).reply)
    yield service.clock(asked.reply, runtime.clock.unix())


def _rate_record(settings: Settings) -> bytes:
    origin = origin_text(settings.base_url.value)
    file = RateFile(rate_path(state_directory(), origin, settings.key().reveal()))
    try:
        return file.look()
    finally:
        file.close()
