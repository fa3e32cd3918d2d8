"""The gateway has one package per noun, and every routes module stands under the rule that keeps nouns apart."""

import configparser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
API = ROOT / "gateway" / "api"
LIMIT = 250  # lines of a file


def test_every_noun_has_routes_and_responses() -> None:
    nouns = [path for path in API.iterdir() if path.is_dir() and path.name != "__pycache__"]

    assert len(nouns) >= 10
    assert [
        noun.name for noun in nouns if not {"routes.py", "responses.py"} <= {each.name for each in noun.iterdir()}
    ] == []


def test_the_rule_of_nouns_names_every_routes_module() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")

    named = parser["importlinter:contract:gateway-nouns"]["modules"].split()
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in API.glob("*/*routes.py")}

    assert set(named) == modules


def test_no_file_of_the_gateway_is_long() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in (ROOT / "gateway").rglob("*.py")}

    assert {str(path): length for path, length in lengths.items() if length > LIMIT} == {}
