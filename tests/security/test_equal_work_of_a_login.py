"""A login starts no process and loads no key: what it needs is in memory (design 4, B1-39)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from broker.app import create_app
from tests.support.rollover import Operator, with_brand, with_provider
from tests.support.system import Plan, System, digid_of
from tests.support.system_fixtures import SystemMaker

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

pytestmark = pytest.mark.flow

STARTS = {
    "subprocess.Popen", "os.system", "os.posix_spawn", "os.fork", "os.forkpty", "os.exec", "os.spawn",
    "_posixsubprocess.fork_exec",
}  # fmt: skip
KEY_ENDINGS = (".key", ".pem", ".jwks", ".p12")


@dataclass
class Watch:
    """What was seen while it was open."""

    is_open: bool = False
    started: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """An audit hook of the interpreter (PEP 578); it cannot be taken out, so it sleeps when closed."""
        if not self.is_open:
            return
        if event in STARTS:
            self.started.append(event)
        if event == "open" and str(arguments[0]).endswith(KEY_ENDINGS):
            self.opened.append(str(arguments[0]))

    def profile(self, frame: FrameType, event: str, argument: Any) -> None:
        """Notices calls that turn bytes into a key, whoever makes them."""
        if event == "call":
            name = frame.f_code.co_name
            if name in {"import_key", "import_key_set"}:
                self.loaded.append(f"{frame.f_globals.get('__name__')}.{name}")
        elif event == "c_call":
            name = str(getattr(argument, "__name__", ""))
            if name.startswith(("load_pem_", "load_der_", "load_ssh_", "load_cert_chain", "load_verify_")):
                self.loaded.append(name)

    @contextmanager
    def opened_up(self) -> Iterator[None]:
        """Look for as long as the block lasts, in this thread."""
        self.is_open = True
        sys.setprofile(self.profile)
        try:
            yield
        finally:
            sys.setprofile(None)
            self.is_open = False

    def around(self, application: WSGIApplication) -> WSGIApplication:
        """The same application, watched while it answers and at no other time."""

        def watched(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            with self.opened_up():
                return application(environ, start_response)

        return watched


@pytest.fixture
def watch() -> Watch:
    """A watch whose hook is in place."""
    made = Watch()
    sys.addaudithook(made.audit)
    return made


def test_login_starts_no_process_and_loads_no_key(own_system: System, watch: Watch) -> None:
    """The very first login of a process, from the portal's request to userinfo and logout."""
    system = own_system
    system.broker = watch.around(system.broker)
    browser = system.browser()
    tokens = system.enter(browser)
    assert system.portal().userinfo(tokens.access_token).status_code == 200
    browser.post_from_elsewhere(f"{system.issuer}/oauth2/logout", {"id_token_hint": tokens.id_token})
    assert (watch.started, watch.opened, watch.loaded) == ([], [], [])


def test_next_key_is_in_memory_before_its_moment(own_system: System, watch: Watch) -> None:
    """The first login after our keys rolled over loads none either."""
    system, operator = own_system, Operator(own_system)
    for name in ("next-signing", "next-tls"):
        operator.order(name)
    digid = system.settings.brands["cz"].digid
    assert digid is not None
    signing = digid.model_copy(update={"next_signing": operator.next_key("next-signing")})
    both = with_brand(system.settings, "cz", digid=signing)
    operator.restart(with_provider(both, "digid", next_tls_client=operator.next_key("next-tls")))
    (system.state / "digid/sp/cz.xml").write_bytes(operator.published("/saml/cz/digid/metadata"))
    operator.register_tls("digid/sp/cz.tls.pem", "next-tls")
    operator.wait_for_the_moment()
    system.broker = watch.around(system.broker)
    system.enter(system.browser())
    assert (watch.started, watch.opened, watch.loaded) == ([], [], [])


def test_start_of_the_broker_is_where_keys_are_loaded(own_system: System, watch: Watch) -> None:
    """The control of the test above: the same watch sees the keys when they are loaded."""
    with watch.opened_up():
        create_app(own_system.settings)
    assert watch.loaded
    assert watch.opened
    assert watch.started == []


def test_watch_sees_a_process_start(watch: Watch) -> None:
    """The other control: it would have noticed xmlsec1."""
    import subprocess  # noqa: PLC0415 - only here is a program started

    with watch.opened_up():
        subprocess.run([sys.executable, "-c", ""], check=True)
    assert watch.started


def test_broker_works_without_any_program_on_the_path(
    plan: Plan, make_system: SystemMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No xmlsec1 to be found, from start to login."""
    monkeypatch.setenv("PATH", "")
    with make_system(plan) as system:
        assert system.enter(system.browser()).claims["bsn"] == digid_of("sanne").bsn
