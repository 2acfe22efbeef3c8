"""Broker, DigiD simulator and Redis as processes of their own, for tests that speak only HTTP to them."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from demo.import_file import consumer_account_lines
from tests.conformance.op import CLIENT_ID, REDIRECT_URI, SECRET_SHA256, Op
from tests.demo.standins import free_port
from tests.support.servers import running_redis

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REPOSITORY = Path(__file__).parents[2]
PLANTS = Path(__file__).parent / "plants"
_READY_WITHIN_SECONDS = 60
_HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "keep-alive"})
_PORTAL = """
brand = "cz"
name = "Certificering"
url = "{home}"
sector = "conformance"

[client]
client_id = "{client_id}"
redirect_uris = ["{redirect_uri}"]
post_logout_redirect_uris = ["{home}"]
backchannel_logout_uri = "{backchannel}"
token_endpoint_auth_method = "client_secret_basic"
client_secret_sha256 = "{secret}"
grant_types = ["authorization_code", "refresh_token"]
id_token_signed_response_alg = "RS256"

[login]
providers = ["digid"]
account_type = "consumer"

[claims]
allow = ["name", "email", "acr", "auth_time"]
"""


@dataclass
class Stand:
    """Everything but the broker runs; `broker` starts that, with a defect planted if asked."""

    folder: Path
    environment: dict[str, str]
    broker_port: int
    digid_port: int
    backchannel_port: int

    @property
    def issuer(self) -> str:
        """The broker's base URL."""
        return f"http://localhost:{self.broker_port}"

    def run(self, *words: str, output: Path | None = None) -> None:
        """A command that must succeed; what it prints may go to a file."""
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            pytest.fail(f"{words}: {done.stderr.decode()}")
        if output is not None:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_bytes(done.stdout)

    @contextmanager
    def broker(self, plant: str | None = None) -> Iterator[Op]:
        """One server process with its worker."""
        environment = dict(self.environment)
        if plant is not None:
            environment |= {"PYTHONPATH": f"{PLANTS}:{REPOSITORY}", "VOORDEUR_PLANT": plant}
        words = ["broker.cli", "serve", "--bind", f"127.0.0.1:{self.broker_port}", "--workers", "1"]
        log = self.folder / "broker.log"
        with _process([*words, "--config", str(self.folder / "config")], environment, log):
            _wait_until_it_answers(self.broker_port, "/health/ready", log)
            yield Op(
                self.issuer,
                {self.issuer: over_http(self.broker_port), self._digid: over_http(self.digid_port)},
                self.folder / "state/clock-offset",
                self.backchannel_port,
            )

    @property
    def _digid(self) -> str:
        return f"http://127.0.0.1:{self.digid_port}"


@contextmanager
def standing(folder: Path) -> Iterator[Stand]:
    """Prepare everything under `folder` and start all but the broker."""
    state, config = folder / "state", folder / "config"
    state.mkdir()
    with ExitStack() as stack:
        redis = stack.enter_context(running_redis("--appendonly", "no"))
        ports = [free_port() for _ in range(4)]
        issuer = f"http://localhost:{ports[0]}"
        environment = dict(os.environ) | {
            "BROKER_ISSUER": issuer,
            "BROKER_STORAGE__REDIS_URL": redis.url,
            "BROKER_STORAGE__DATABASE_URL": f"sqlite:///{folder / 'voordeur.sqlite3'}",
            "PYTHONPATH": str(REPOSITORY),
        }
        stand = Stand(folder, environment, ports[0], ports[1], ports[3])
        _write_config(config, state, issuer, stand.backchannel_port)
        digid = ["demo.digid", "--state", str(state), "--front", f"127.0.0.1:{ports[1]}"]
        digid += ["--back", f"127.0.0.1:{ports[2]}"]
        stand.run("demo.pki", "--state", str(state))
        stand.run(*digid, "metadata", output=state / "digid/idp-metadata.xml")
        # The sample configuration names a herkenningsmakelaar; nobody goes there in these tests.
        makelaar = ("demo.eherkenning", "--state", str(state), "metadata")
        stand.run(*makelaar, output=state / "eherkenning/hm-metadata.xml")
        metadata = ("broker.cli", "metadata", "digid", "--brand", "cz", "--config", str(config))
        stand.run(*metadata, output=state / "digid/sp/cz.xml")
        accounts = folder / "accounts.jsonl"
        accounts.write_text(consumer_account_lines(), encoding="utf-8")
        stand.run("broker.cli", "import", str(accounts), "--config", str(config))
        log = folder / "digid.log"
        stack.enter_context(_process([*digid, "serve"], environment, log))
        _wait_until_it_answers(ports[1], "/saml/idp/metadata", log)
        yield stand


def over_http(port: int) -> WSGIApplication:
    """A WSGI application that hands every request of a test browser on to a server on this machine."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        headers = {
            name[5:].replace("_", "-").title(): str(value)
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        target = quote(environ["PATH_INFO"].encode("latin-1")) + "?" + environ["QUERY_STRING"]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request(environ["REQUEST_METHOD"], target, environ["wsgi.input"].read(size), headers)
        answer = connection.getresponse()
        body = answer.read()
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _HOP_BY_HOP]
        connection.close()
        start_response(f"{answer.status} {answer.reason or 'OK'}", kept)
        return [body]

    return application


def _write_config(config: Path, state: Path, issuer: str, backchannel_port: int) -> None:
    for file in (REPOSITORY / "config").rglob("*.toml"):
        target = config / file.relative_to(REPOSITORY / "config")
        target.parent.mkdir(parents=True, exist_ok=True)
        words = file.read_text(encoding="utf-8").replace("../var/demo", str(state))
        target.write_text(words.replace("http://localhost:8000", issuer), encoding="utf-8")
    home = REDIRECT_URI.removesuffix("callback")
    portal = _PORTAL.format(
        home=home,
        client_id=CLIENT_ID,
        redirect_uri=REDIRECT_URI,
        secret=SECRET_SHA256,
        backchannel=f"http://127.0.0.1:{backchannel_port}/backchannel-logout",
    )
    (config / "portals/conformance.toml").write_text(portal, encoding="utf-8")


@contextmanager
def _process(words: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *words], cwd=REPOSITORY, env=environment, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_it_answers(port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", path)
                with connection.getresponse() as answer:
                    if answer.status < 500:
                        return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"no answer on {path}:\n{log.read_text(encoding='utf-8')}")
