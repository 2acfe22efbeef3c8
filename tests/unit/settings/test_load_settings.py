"""A configuration is judged whole: every fault at once, with file and key."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from broker.domain.assurance import AccountLevel, Assurance, Scheme
from broker.errors import ConfigurationError
from broker.settings import Environment, load_settings

SAMPLE = Path(__file__).parents[3] / "config"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the sample configuration that a test may spoil."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "config"))


def _faults(config: Path, **environment: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as refused:
        load_settings(config, environment)
    return refused.value.faults


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_sample_configuration_is_sound() -> None:
    """What the demo runs has no fault."""
    settings = load_settings(SAMPLE, {})
    assert settings.broker.environment is Environment.DEMO
    assert set(settings.portals) >= {"mijn-cz"}


def test_faults_of_several_files_are_told_at_once(config: Path) -> None:
    """An operator mends all of them in one go."""
    _replace(config / "broker.toml", 'environment = "demo"', 'environment = "test"')
    _replace(config / "brands/cz.toml", 'theme = "cz"', 'tehme = "cz"')
    _replace(config / "portals/mijn-cz.toml", 'providers = ["digid"]', 'providers = ["facebook"]')
    faults = _faults(config)
    assert any(fault.startswith("broker.toml: environment: ") for fault in faults)
    assert "brands/cz.toml: tehme: unknown key" in faults
    assert "brands/cz.toml: theme: is missing" in faults
    assert any(fault.startswith("portals/mijn-cz.toml: login.providers.0: ") for fault in faults)


def test_desk_of_a_portal_is_judged_with_file_and_key(config: Path) -> None:
    """A number that cannot be dialled, a mail that cannot be sent, a sentence in one language alone."""
    portal = config / "portals/mijn-cz-zakelijk.toml"
    _replace(portal, 'phone = "088 000 00 02"', 'phone = "088 000 (lokaal tarief)"')
    _replace(portal, 'email = "bedrijvendesk@cz.example"', 'email = "bedrijvendesk"')
    _replace(portal, 'hours.en = "On working days from 8.30 to 17.30."\n', "")
    _replace(config / "brands/iza.toml", 'name = "Helpdesk Mijn IZA"', 'name = " "')
    assert {": ".join(fault.split(": ")[:2]) for fault in _faults(config)} == {
        "portals/mijn-cz-zakelijk.toml: desk.phone",
        "portals/mijn-cz-zakelijk.toml: desk.email",
        "portals/mijn-cz-zakelijk.toml: desk.hours.en",
        "brands/iza.toml: desk.name",
    }


def test_rules_for_work_addresses_are_judged(config: Path) -> None:
    """Where nobody asks for an account there is nothing to judge; a domain is a domain."""
    _replace(config / "brands/iza.toml", "[desk]", "[work_address]\n\n[desk]")
    _replace(
        config / "brands/zz.toml", 'check = "advise"', 'check = "forbid"\nfree_mail_domains = ["@gmail"]'
    )
    told = _faults(config)
    assert "brands/iza.toml: work_address: needs [eherkenning], by which accounts are asked for" in told
    places = {": ".join(fault.split(": ")[:2]) for fault in told}
    assert {
        "brands/zz.toml: work_address.check",
        "brands/zz.toml: work_address.free_mail_domains.0",
    } <= places


def test_fault_never_repeats_a_value(config: Path) -> None:
    """A secret in the wrong place is not printed."""
    _replace(config / "broker.toml", "[keys]", '[keys]\nkey_encryption_kye = "hunter2-secret"')
    assert not any("hunter2" in fault for fault in _faults(config))


def test_file_that_is_not_toml_is_named(config: Path) -> None:
    """The other files are judged all the same."""
    (config / "providers/digid.toml").write_text("scheme = ", encoding="utf-8")
    _replace(config / "brands/cz.toml", 'name = "CZ"', 'nome = "CZ"')
    faults = _faults(config)
    assert any(fault.startswith("providers/digid.toml: is not TOML") for fault in faults)
    assert "brands/cz.toml: nome: unknown key" in faults


def test_missing_directory_is_a_fault_and_not_a_crash(tmp_path: Path) -> None:
    """The first thing a new operator gets wrong."""
    nowhere = tmp_path / "nowhere"
    assert _faults(nowhere) == (f"{nowhere}: there is no such directory; --config names it",)


def test_fault_of_one_file_is_told_once(config: Path) -> None:
    """What follows from it for other files, or for its own keys, is no fault of theirs."""
    (config / "broker.toml").write_text("environment = ", encoding="utf-8")
    (told,) = _faults(config)
    assert told.startswith("broker.toml: is not TOML: ")
    (config / "broker.toml").unlink()
    (told,) = _faults(config)
    assert told.startswith("broker.toml: the file does not exist in ")


@pytest.mark.parametrize("file", ["brands/cz.toml", "providers/digid.toml", "providers/eherkenning.toml"])
def test_file_with_a_fault_is_not_said_to_be_missing(config: Path, file: str) -> None:
    """Nobody looks for a file that is there."""
    text = (config / file).read_text(encoding="utf-8")
    (config / file).write_text(f"unheard_of = 1\n{text}", encoding="utf-8")
    assert _faults(config) == (f"{file}: unheard_of: unknown key",)


def test_list_with_a_fault_is_not_said_to_be_empty(config: Path) -> None:
    """Its entry is what has to be mended."""
    _replace(config / "portals/mijn-cz.toml", 'providers = ["digid"]', 'providers = ["facebook"]')
    (told,) = _faults(config)
    assert told.startswith("portals/mijn-cz.toml: login.providers.0: ")


def test_wrong_variable_is_named_and_not_the_file(config: Path) -> None:
    """Whoever looks for the key in the file would not find it."""
    wrong = {"BROKER_STORGE__REDIS_URL": "x", "BROKER_HTTP__TRUSTED_PROXY_HOPS": "six"}
    unknown, hops = sorted(_faults(config, **wrong), key=lambda fault: "HOPS" in fault)
    assert unknown == "environment variable BROKER_STORGE__REDIS_URL: storge: unknown key"
    assert hops.startswith("environment variable BROKER_HTTP__TRUSTED_PROXY_HOPS: http.trusted_proxy_hops: ")
    _replace(config / "broker.toml", "[storage]", "[storage]\nunheard_of = 1")
    assert "broker.toml: storage.unheard_of: unknown key" in _faults(config, **wrong)


def test_environment_variables_override_and_are_judged(config: Path) -> None:
    """A variable sets one key; one that names nothing is a fault."""
    settings = load_settings(config, {"BROKER_STORAGE__REDIS_URL": "unix:///run/redis.sock", "HOME": "/"})
    assert settings.broker.storage.redis_url == "unix:///run/redis.sock"
    assert any(
        "storage.redis_uri: unknown key" in fault
        for fault in _faults(config, BROKER_STORAGE__REDIS_URI="unix:///run/redis.sock")
    )


SMS_ALONE = ('second_factors = ["totp", "sms"]', 'second_factors = ["sms", "voice"]')


def test_code_by_telephone_does_not_reach_a_minimum_of_an_app(config: Path) -> None:
    """A portal that demands more than it lets people set up would let nobody in."""
    portal = config / "portals/mijn-cz-zakelijk.toml"
    _replace(portal, *SMS_ALONE)
    load_settings(config, {})
    _replace(portal, 'password = "sms"', 'password = "totp"')
    assert any("no second factor that is offered here reaches totp" in fault for fault in _faults(config))


def test_portal_with_passwords_demands_a_second_factor_unless_it_says_otherwise(config: Path) -> None:
    """A forgotten line makes a portal stricter, not weaker."""
    _replace(config / "portals/mijn-cz-zakelijk.toml", 'minimum_level = { password = "sms" }', "")
    login = load_settings(config, {}).portals["mijn-cz-zakelijk"].login
    assert login.minimum_level.of(Scheme.PASSWORD) == Assurance(Scheme.PASSWORD, AccountLevel.SMS)
    assert login.reach == (Assurance(Scheme.PASSWORD, AccountLevel.TOTP),)


RULES = [
    ("brands/cz.toml", 'provider = "digid"', 'provider = "digit"', "there is no providers/digit.toml"),
    ("portals/mijn-cz.toml", 'brand = "cz"', 'brand = "zc"', "there is no brands/zc.toml"),
    ("portals/mijn-cz.toml", "idle_seconds = 900", "idle_seconds = 901", "DigiD allows 900 at most"),
    (
        "portals/mijn-cz.toml",
        "absolute_seconds = 7200",
        "absolute_seconds = 600",
        "shorter than idle_seconds",
    ),
    ("portals/mijn-cz.toml", "bsn_legal_ground = ", "# bsn_legal_ground = ", "needs its legal ground"),
    (
        "portals/mijn-cz.toml",
        "id_token_encrypted_response_alg = ",
        "# id_token_encrypted_response_alg = ",
        "travels only encrypted",
    ),
    (
        "portals/mijn-cz.toml",
        'account_type = "consumer"',
        'account_type = "business"',
        "digid goes with consumer",
    ),
    ("portals/mijn-cz.toml", '["digid"]', '["digid", "digid"]', "names a way of logging in twice"),
    ("portals/mijn-cz.toml", '["digid"]', '["password"]', "password goes with business"),
    ("portals/mijn-cz.toml", '["digid"]', '["password"]', "bsn is known by DigiD alone"),
    ("portals/mijn-cz.toml", '["digid"]', '["password"]', "only who comes by DigiD can register"),
    (
        "portals/mijn-cz.toml",
        "[claims]",
        'second_factors = ["totp"]\n[claims]',
        "second_factors: goes with password",
    ),
    ("portals/mijn-cz-zakelijk.toml", 'second_factors = ["totp", "sms"]', "", "reaches sms"),
    (
        "portals/mijn-cz-zakelijk.toml",
        'minimum_level = { password = "sms" }',
        'minimum_level = { password = "passkey" }',
        "login.minimum_level.password",
    ),
    ("portals/mijn-cz.toml", "jwks_file = ", "# jwks_file = ", "jwks or jwks_file is needed"),
    ("portals/mijn-cz.toml", "/callback", "/*", "characters that are not allowed"),
    ("portals/mijn-cz.toml", "http://127.0.0.1:8401/callback", "ftp://127.0.0.1/callback", "http(s) URL"),
    (
        "broker.toml",
        'issuer = "http://localhost:8000"',
        'issuer = "http://localhost:8000/"',
        "without a path",
    ),
    ("broker.toml", "key_encryption_key_file", "# key_encryption_key_file", "give either"),
]


@pytest.mark.parametrize(("file", "old", "new", "fault"), RULES, ids=[rule[3] for rule in RULES])
def test_rule_that_spans_keys_finds_its_fault(
    config: Path, file: str, old: str, new: str, fault: str
) -> None:
    """One control (the sample) and one refusal per rule."""
    _replace(config / file, old, new)
    assert any(fault in found and found.startswith(file) for found in _faults(config))


@pytest.mark.parametrize("name", ["oauth2", "static", "CZ", "c z"])
def test_brand_name_that_cannot_be_a_path_is_refused(config: Path, name: str) -> None:
    """A brand's name is in every path that a person sees."""
    (config / f"brands/{name}.toml").write_text(
        (config / "brands/cz.toml").read_text(encoding="utf-8").partition("[digid]")[0], encoding="utf-8"
    )
    assert any(f"brands/{name}.toml" in fault for fault in _faults(config))


def test_two_brands_cannot_share_an_entity_id(config: Path) -> None:
    """One SAML service provider per brand."""
    shutil.copy(config / "brands/cz.toml", config / "brands/iza.toml")
    assert any("digid.entity_id: brand cz has the same" in fault for fault in _faults(config))


def test_two_portals_cannot_share_a_client_id(config: Path) -> None:
    """A client is one portal."""
    shutil.copy(config / "portals/mijn-cz.toml", config / "portals/other.toml")
    assert any("client.client_id: portal mijn-cz has the same" in fault for fault in _faults(config))


def test_production_refuses_the_sample_secret_of_an_api_as_well(config: Path) -> None:
    """A portal's API proves itself at introspection: with the secret of the demo's source anybody could."""
    found = re.search('client_secret_sha256 = "[0-9a-f]{64}"', (config / "portals/mijn-iza.toml").read_text())
    assert found is not None
    way = 'token_endpoint_auth_method = "client_secret_basic"'
    api = f'[resource_server]\nclient_id = "api"\n{way}\n{found[0]}\n'
    portal = config / "portals/mijn-cz.toml"
    portal.write_text(f"{portal.read_text(encoding='utf-8')}\n{api}", encoding="utf-8")
    fault = "portals/mijn-cz.toml: resource_server.client_secret_sha256: is of the demo's sample secret"
    assert fault in _faults(config, BROKER_ENVIRONMENT="production")


def test_production_refuses_everything_that_is_of_the_demo(config: Path) -> None:
    """http, this machine's own addresses, SQLite, a movable clock and a known secret, each with its key."""
    faults = "\n".join(_faults(config, BROKER_ENVIRONMENT="production"))
    for fault in (
        "broker.toml: clock.offset_file: ",
        "broker.toml: storage.database_url: ",
        "broker.toml: issuer: must be https",
        "broker.toml: issuer: points at this machine",
        "portals/mijn-cz.toml: client.redirect_uris: must be https",
        "portals/mijn-cz.toml: client.post_logout_redirect_uris: points at this machine",
        "brands/cz.toml: digid.entity_id: must be https",
        "portals/mijn-iza.toml: client.client_secret_sha256: is of the demo's sample secret",
    ):
        assert fault in faults


def test_portal_that_lets_people_register_needs_mail(config: Path) -> None:
    """Without a mail server or a sender nobody could ever confirm an address."""
    file = config / "broker.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"\[mail\].*?(?=\n\[)", "", text, flags=re.DOTALL), encoding="utf-8")
    needs = "portals/mijn-cz.toml: login.without_account: register needs [mail] in"
    assert f"{needs} broker.toml" in _faults(config)
    file.write_text(text, encoding="utf-8")
    brand = config / "brands/cz.toml"
    without = re.sub(r"\[mail\].*?(?=\n\[)", "", brand.read_text(encoding="utf-8"), flags=re.DOTALL)
    brand.write_text(without, encoding="utf-8")
    assert f"{needs} brands/cz.toml" in _faults(config)


def test_portal_with_passwords_needs_mail(config: Path) -> None:
    """Whoever forgets a password could never get another."""
    brand = config / "brands/iza.toml"
    words = brand.read_text(encoding="utf-8")
    brand.write_text(re.sub(r"\[mail\].*?(?=\n\[|\Z)", "", words, flags=re.DOTALL), encoding="utf-8")
    needs = "portals/mijn-iza.toml: login.providers: password needs [mail] in"
    assert f"{needs} brands/iza.toml" in _faults(config)


def test_mail_leaves_protected_in_production_and_passwords_everywhere(config: Path) -> None:
    """`none` is for the demo, and never with a password; so is a mail server on this machine."""
    password = _faults(config, BROKER_MAIL__USERNAME="u", BROKER_MAIL__PASSWORD="hunter2-secret")
    assert "broker.toml: mail.security: a password travels only over TLS" in password
    assert not any("hunter2" in fault for fault in password)
    assert "broker.toml: mail: username and password go together" in _faults(
        config, BROKER_MAIL__USERNAME="u"
    )
    production = _faults(config, BROKER_ENVIRONMENT="production")
    assert "broker.toml: mail.security: must be starttls or tls in production" in production
    assert "broker.toml: mail.host: points at this machine, which is for the demo only" in production


@pytest.mark.parametrize(
    ("key", "value"), [("from_address", "no address"), ("from_name", "CZ\\nBcc: x"), ("from_name", "")]
)
def test_sender_that_cannot_be_one_is_a_fault(config: Path, key: str, value: str) -> None:
    """Found at start and not when the first mail leaves."""
    brand = config / "brands/cz.toml"
    text = brand.read_text(encoding="utf-8")
    brand.write_text(re.sub(rf'{key} = ".*"', lambda _: f'{key} = "{value}"', text), encoding="utf-8")
    assert any(fault.startswith(f"brands/cz.toml: mail.{key}: ") for fault in _faults(config))


def test_desk_that_cannot_be_written_to_is_a_fault(config: Path) -> None:
    """People who are stuck would write to nobody."""
    brand = config / "brands/iza.toml"
    _replace(brand, 'email = "helpdesk@iza.example"', 'email = "x"')
    assert _faults(config) == ("brands/iza.toml: desk.email: must be an e-mail address",)
