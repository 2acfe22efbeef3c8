"""Where a provider's metadata comes from, and which keys come next: each fault with its file and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from broker.errors import ConfigurationError
from broker.settings import load_settings

SAMPLE = Path(__file__).parents[3] / "config"
FILE = "providers/eherkenning.toml"
METADATA = 'metadata_file = "../var/demo/eherkenning/hm-metadata.xml"\n'
FEED = """
[feed]
url = "https://hm.example/metadata"
signer_certificate_files = ["signer.pem"]
copy_file = "copy.xml"
"""
ENTITY = 'entity_id = "urn:etoegang:HM:00000003222222220000:entities:9000"\n'
NEXT = """
[{section}]
key_file = "next.key"
certificate_file = "next.pem"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The sample, in which eHerkenning's metadata is fetched."""
    folder = Path(shutil.copytree(SAMPLE, tmp_path / "config"))
    words = (folder / FILE).read_text(encoding="utf-8")
    assert METADATA in words
    (folder / FILE).write_text(words.replace(METADATA, ENTITY) + FEED, encoding="utf-8")
    return folder


def change(config: Path, old: str, new: str) -> None:
    """Other words in the provider's file."""
    words = (config / FILE).read_text(encoding="utf-8")
    assert old in words
    (config / FILE).write_text(words.replace(old, new), encoding="utf-8")


def faults(config: Path, **environment: str) -> tuple[str, ...]:
    """What is wrong with it."""
    with pytest.raises(ConfigurationError) as refused:
        load_settings(config, environment)
    return refused.value.faults


def test_provider_with_a_feed_is_sound(config: Path) -> None:
    """The control."""
    feed = load_settings(config, {}).providers["eherkenning"].feed
    assert feed is not None
    assert (feed.refresh_seconds, feed.signer_certificate_files) == (3600, (Path("signer.pem"),))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (ENTITY, ENTITY + METADATA, ": give either metadata_file or [feed]"),
        (FEED, "", ": give either metadata_file or [feed]"),
        (ENTITY, "", ": entity_id: is needed with a feed, whoever else may be in it"),
        ("https://hm.example", "http://hm.example", ": feed.url: must be https"),
        ('["signer.pem"]', "[]", ": feed.signer_certificate_files: "),
        ('["signer.pem"]', '["1.pem", "2.pem", "3.pem"]', ": feed.signer_certificate_files: "),
        ('copy_file = "copy.xml"\n', "", ": feed.copy_file: is missing"),
        (
            'copy_file = "copy.xml"\n',
            'copy_file = "copy.xml"\nrefresh_seconds = 5\n',
            ": feed.refresh_seconds: ",
        ),
    ],
)
def test_feed_that_cannot_be_relied_on_is_a_fault(old: str, new: str, fault: str, config: Path) -> None:
    """Each is told with file and key."""
    change(config, old, new)
    assert any(told.startswith(FILE + fault) for told in faults(config))


def test_two_feeds_do_not_share_a_copy(config: Path) -> None:
    """Each would take the other's for rubbish."""
    (config / "providers/other.toml").write_text(
        (config / FILE).read_text(encoding="utf-8"), encoding="utf-8"
    )
    (told,) = faults(config)
    assert told == f"providers/other.toml: feed.copy_file: is the same as that of {FILE}: feed"


def test_feed_on_this_machine_is_for_the_demo_only(config: Path) -> None:
    """Production fetches from elsewhere."""
    change(config, "https://hm.example", "https://127.0.0.1:8443")
    assert load_settings(config, {}).providers["eherkenning"].feed is not None
    told = faults(config, BROKER_ENVIRONMENT="production")
    assert f"{FILE}: feed.url: points at this machine, which is for the demo only" in told


@pytest.mark.parametrize(
    ("file", "section"),
    [
        ("brands/cz.toml", "digid.next_signing"),
        ("brands/zz.toml", "eherkenning.next_signing"),
        ("brands/zz.toml", "eherkenning.next_encryption"),
        (FILE, "next_tls_client"),
    ],
)
def test_next_key_has_a_moment_with_a_zone(file: str, section: str, config: Path) -> None:
    """Without a moment nobody knows when it is used, and without a zone nobody knows which moment."""
    whole = (config / file).read_text(encoding="utf-8")
    for line, fault in (
        ("", f"{file}: {section}.active_from: is missing"),
        ("active_from = 2027-01-15T09:00:00\n", f"{file}: {section}.active_from: "),
    ):
        (config / file).write_text(whole + NEXT.format(section=section) + line, encoding="utf-8")
        assert any(told.startswith(fault) for told in faults(config))
    (config / file).write_text(
        whole + NEXT.format(section=section) + "active_from = 2027-01-15T09:00:00+01:00\n", encoding="utf-8"
    )
    load_settings(config, {})
