"""Every theme is complete, our own, and readable by everyone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from lxml import etree

from broker.web.theme import (
    NEUTRAL,
    STATIC_FOLDER,
    asset,
    available_themes,
    find_theme,
    read_tokens,
    theme_for,
)
from tests.support.contrast import READABLE_PAIRS, contrast_faults, contrast_ratio

BASE = (STATIC_FOLDER / "base.css").read_text()
STYLESHEETS = sorted(STATIC_FOLDER.rglob("*.css"))
LOGOS = sorted((STATIC_FOLDER / "themes").glob("*.svg"))
ROOT_BLOCK = re.compile(r":root\s*\{[^}]*\}")


@dataclass(frozen=True)
class BrandWithTheme:
    """A brand that names its theme."""

    id: str
    theme: str


@dataclass(frozen=True)
class BrandWithoutTheme:
    """A brand that has only its name."""

    id: str


def theme_css(name: str) -> str:
    """The stylesheet of a theme."""
    return (STATIC_FOLDER / find_theme(name).stylesheet).read_text()


def test_themes_exist_for_every_demo_brand() -> None:
    """The four brands and the pages without a brand each have a stylesheet and a logo."""
    assert available_themes() == {NEUTRAL, "cz", "vgz", "iza", "zorg-en-zekerheid"}


@pytest.mark.parametrize("name", sorted(available_themes()))
def test_theme_colours_meet_wcag_aa(name: str) -> None:
    """No pair of colours that stand on each other has less contrast than WCAG 2.2 AA asks."""
    assert contrast_faults(read_tokens(BASE, theme_css(name))) == ()


@pytest.mark.parametrize("name", sorted(available_themes() - {NEUTRAL}))
def test_theme_sets_only_tokens_that_base_knows(name: str) -> None:
    """A misspelled token would silently keep the neutral value."""
    assert set(read_tokens(theme_css(name))) <= set(read_tokens(BASE))


def test_theme_brands_differ_in_action_colour_and_surface() -> None:
    """Nobody can take the login page of one brand for that of another."""
    looks = [read_tokens(BASE, theme_css(name)) for name in available_themes()]
    for token in ("--action", "--surface", "--deep", "--accent"):
        assert len({look[token] for look in looks}) == len(looks)


def test_contrast_ratio_gives_the_known_values() -> None:
    """Black on white is 21, a colour on itself 1, and #767676 on white just passes AA."""
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#4a90d9", "#4a90d9") == pytest.approx(1)
    assert contrast_ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast_ratio("#ffffff", "#767676") == contrast_ratio("#767676", "#ffffff")


@pytest.mark.parametrize("colour", ["red", "#fff", "rgb(0 0 0)", "", "#ffffff80"])
def test_contrast_ratio_refuses_other_notations(colour: str) -> None:
    """A colour that cannot be computed must not pass for one that can be read."""
    with pytest.raises(ValueError, match="#rrggbb"):
        contrast_ratio(colour, "#ffffff")


def test_contrast_faults_name_the_pair_and_the_figure() -> None:
    """Grey on white is refused with the contrast it has and the contrast it needs."""
    tokens = {**read_tokens(BASE), "--text": "#999999"}
    faults = contrast_faults(tokens)
    assert "--text on --paper: contrast 2.85, at least 4.5 is needed" in faults


def test_contrast_faults_report_a_missing_token() -> None:
    """Without any token every pair is a fault, not an error."""
    assert len(contrast_faults({})) == len(READABLE_PAIRS)


def test_find_theme_falls_back_on_the_neutral_one() -> None:
    """An unknown or hostile name never reaches the file system."""
    assert find_theme("../../etc/passwd") == find_theme(None) == find_theme(NEUTRAL)


def test_theme_for_prefers_the_theme_a_brand_names() -> None:
    """A brand may share another's theme; without one its own name counts."""
    assert theme_for(BrandWithTheme("new-brand", "iza")).name == "iza"
    assert theme_for(BrandWithoutTheme("vgz")).name == "vgz"
    assert theme_for(None).name == NEUTRAL


@pytest.mark.parametrize("sheet", STYLESHEETS, ids=lambda sheet: sheet.name)
def test_stylesheet_takes_every_colour_from_a_token(sheet: Path) -> None:
    """Colours outside :root would escape the contrast test; system colours belong to forced colours only."""
    rules = ROOT_BLOCK.sub("", sheet.read_text())
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rules)


@pytest.mark.parametrize("sheet", STYLESHEETS, ids=lambda sheet: sheet.name)
def test_stylesheet_uses_only_tokens_that_exist(sheet: Path) -> None:
    """Every var() names a token of base.css."""
    assert set(re.findall(r"var\((--[a-z0-9-]+)", sheet.read_text())) <= set(
        re.findall(r"--[a-z0-9-]+(?=:)", BASE)
    )


@pytest.mark.parametrize("sheet", STYLESHEETS, ids=lambda sheet: sheet.name)
def test_stylesheet_fetches_nothing(sheet: Path) -> None:
    """Nothing comes from elsewhere and nothing needs more than `style-src 'self'`."""
    assert "@import" not in sheet.read_text()
    assert "url(" not in sheet.read_text()


@pytest.mark.parametrize("logo", LOGOS, ids=lambda logo: logo.stem)
def test_logo_is_a_plain_drawing(logo: Path) -> None:
    """A logo holds shapes only: no script, style, link or picture that the security policy would refuse."""
    root = etree.fromstring(logo.read_bytes())
    assert root.get("viewBox") == "0 0 48 48"
    assert {etree.QName(element).localname for element in root.iter()} <= {"svg", "path", "circle", "rect"}
    assert not any("style" in element.attrib or "href" in element.attrib for element in root.iter())


def test_asset_address_changes_with_the_content() -> None:
    """Two files have two fingerprints, one file always the same."""
    app = Flask("test", static_folder=str(STATIC_FOLDER))
    with app.test_request_context("/"):
        base, layout = asset("base.css"), asset("layout.css")
        assert re.fullmatch(r"/static/base\.css\?v=[0-9a-f]{10}", base)
        assert base.partition("?")[2] != layout.partition("?")[2]
        assert asset("base.css") == base
