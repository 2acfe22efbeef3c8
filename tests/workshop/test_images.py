"""The Dockerfile and the configuration of the proxy, as text: no engine is needed."""

from __future__ import annotations

import re

import pytest

from broker.oidc.discovery import Endpoints
from broker.settings.limits_section import Limits
from tests.workshop.compose_file import services
from tests.workshop.workshop_files import ROOT

_DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
_STAGES = dict(re.findall(r"^FROM \S+ AS (\S+)\n(.*?)(?=^FROM |\Z)", _DOCKERFILE, re.MULTILINE | re.DOTALL))
_PARENTS = {name: parent for parent, name in re.findall(r"^FROM (\S+) AS (\S+)", _DOCKERFILE, re.MULTILINE)}
_PROXY = (ROOT / "deploy" / "nginx" / "proxy.conf.template").read_text(encoding="utf-8")


def _with_parents(stage: str) -> str:
    text = ""
    while stage in _STAGES:
        text = _STAGES[stage] + text
        stage = _PARENTS[stage]
    return text


@pytest.mark.parametrize("stage", ["broker", "simulators"])
def test_final_image_runs_as_nobody_special(stage: str) -> None:
    """The last user named is a number that is not root's."""
    users = re.findall(r"^USER (\S+)$", _with_parents(stage), re.MULTILINE)
    assert users[-1:] == ["10001:10001"]


@pytest.mark.parametrize("stage", ["broker", "simulators"])
def test_final_image_installs_nothing(stage: str) -> None:
    """Compilers and installers stay in the stages that build."""
    assert re.findall(r"apt-get|pip install|pip --python", _with_parents(stage)) == []


def test_every_installation_is_by_hash() -> None:
    """What is not in a lock file is the project's own wheel, without index."""
    installs = re.findall(r"pip\S*(?: --python \S+)? (install .*?)(?:$| &&| \\)", _DOCKERFILE, re.MULTILINE)
    assert installs
    assert [i for i in installs if "--require-hashes" not in i and "--no-index" not in i] == []


def test_base_images_have_a_version() -> None:
    """The same Dockerfile builds on the same system next year."""
    bases = {parent for parent in _PARENTS.values() if parent not in _STAGES}
    assert bases == {"python:3.11-slim-bookworm"}


def test_image_of_the_broker_holds_nothing_of_the_demo() -> None:
    """What must not run in production is not there to be run (ASVS 15.2.3)."""
    assert "demo" not in re.sub(r"/etc/var/demo", "", _with_parents("broker"))


def test_copied_files_exist_and_reach_the_builder() -> None:
    """A file that .dockerignore holds back would stop the build."""
    allowed = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    for line in re.findall(r"^COPY (?!--from)(.*)$", _DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert source.rstrip("/") in allowed


def test_health_of_the_broker_is_asked_where_it_listens() -> None:
    """The check of the image asks /health/live on the port of the image's own command."""
    assert "http://127.0.0.1:8000/health/live" in _STAGES["broker"]
    assert '"0.0.0.0:8000"' in _STAGES["broker"]


def test_proxy_adds_no_security_header_of_its_own() -> None:
    """Headers are the broker's, which knows the page; two that disagree protect nobody."""
    assert re.findall(r"^\s*add_header", _PROXY, re.MULTILINE) == []


def test_proxy_believes_no_address_that_a_browser_claims() -> None:
    """X-Forwarded-For is set, its relatives are dropped, and no header is passed on by `$proxy_add`."""
    sent = dict(re.findall(r'^\s*proxy_set_header (\S+) "?(.*?)"?;$', _PROXY, re.MULTILINE))
    assert sent["X-Forwarded-For"] == "$remote_addr"
    assert sent["X-Forwarded-Proto"] == "https"
    dropped = ("Forwarded", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix")
    assert [sent[name] for name in dropped] == [""] * len(dropped)
    assert "$proxy_add_x_forwarded_for" not in _PROXY


def test_proxy_logs_no_query() -> None:
    """Codes and states travel in the query (RFC 6749, 10.3)."""
    formats = re.findall(r"^log_format \w+ (.*)$", _PROXY, re.MULTILINE)
    assert len(formats) == 1
    assert re.findall(r"\$request\b(?!_)|\$request_uri|\$args|\$http_", formats[0]) == []


def test_proxy_takes_in_whole_bodies() -> None:
    """Else a few bodies that drip would hold every thread of a worker."""
    assert re.findall(r"^\s*proxy_request_buffering (\w+);$", _PROXY, re.MULTILINE) == ["on"]


def test_proxy_uses_only_variables_that_the_compose_file_gives() -> None:
    """A variable that is not set would stand in the configuration as text."""
    used = set(re.findall(r"\$\{([A-Z_]+)\}", _PROXY))
    assert used - {"NGINX_LOCAL_RESOLVERS"} <= set(services()["proxy"]["environment"])


def _map(variable: str) -> list[tuple[str, str]]:
    """The lines of one `map`, in their order, the default first."""
    found = re.search(rf"^map .* \${variable} {{\n(.*?)^}}", _PROXY, re.MULTILINE | re.DOTALL)
    assert found is not None, variable
    lines = re.findall(r'^    (?:"(.*?)"|(\S+)) (.*);$', found[1], re.MULTILINE)
    return [(quoted or bare, value) for quoted, bare, value in lines]


def _is_counted(variable: str, source: str) -> bool:
    """Whether nginx takes a key from the map: an exact line, else the first pattern, else the default."""
    (_, default), *lines = _map(variable)
    exact = [value for line, value in lines if line == source]
    matching = [value for line, value in lines if line[0] == "~" and re.search(line[1:], source)]
    return [*exact, *matching, default][0] == "$binary_remote_addr"


@pytest.mark.parametrize(
    ("method", "path", "counted"),
    [
        ("GET", "/oauth2/authorize", {"begins", "visits"}),
        ("POST", "/cz/login/password", {"posts", "visits"}),
        ("POST", "/saml/cz/eherkenning/acs", {"posts", "visits"}),
        ("GET", "/saml/cz/digid/acs", {"posts", "visits"}),
        ("POST", Endpoints.END_SESSION_PATH, {"posts", "visits"}),
        ("GET", "/cz/login", {"visits"}),
        ("GET", "/static/base.css", set()),
        ("GET", "/.well-known/openid-configuration", set()),
        ("GET", Endpoints.JWKS_PATH, set()),
        ("GET", Endpoints.COLLECTIVITIES_PATH, set()),
        ("POST", Endpoints.TOKEN_PATH, set()),
        ("POST", Endpoints.USERINFO_PATH, set()),
        ("POST", Endpoints.INTROSPECTION_PATH, set()),
        ("POST", Endpoints.REVOCATION_PATH, set()),
    ],
)
def test_proxy_holds_back_people_and_never_a_portals_server(
    method: str, path: str, counted: set[str]
) -> None:
    """As the broker does: what begins or is posted counts; pages, static files and programs do not."""
    sources = {"begins": path, "posts": f"{method} {path}", "visits": path}
    assert {name for name, source in sources.items() if _is_counted(name, source)} == counted


def test_proxy_lets_through_what_the_broker_promises_an_office() -> None:
    """No address gets less than its block may have, and half a minute of it may come at once."""
    zones = dict(re.findall(r"^limit_req_zone \S+ zone=(\w+):10m rate=(\d+)r/s;$", _PROXY, re.MULTILINE))
    bursts = dict(re.findall(r"^ +limit_req zone=(\w+) burst=(\d+) nodelay;$", _PROXY, re.MULTILINE))
    promised = {"logins": Limits().logins_begun_a_minute, "forms": Limits().forms_posted_a_minute}
    assert {name: int(rate) * 60 for name, rate in zones.items()} == promised
    assert {name: int(burst) * 2 for name, burst in bursts.items()} == promised
