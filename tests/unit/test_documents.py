"""The commands that the documents name exist."""

import re

import pytest
import typer.main

from hotelmate import main
from tests.documents import ROOT, commands

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "docs/operations.md"]


def named_targets() -> set[str]:
    """The targets that `make help` lists."""
    return set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.M))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_in_a_document_exists(document: str) -> None:
    targets = named_targets()
    named = {words[0] for words in commands(document, "make") if words}

    assert named
    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_hotelmate_command_in_a_document_exists(document: str) -> None:
    named = [words for program in ("hotelmate", "bin/hotelmate") for words in commands(document, program) if words]
    root = typer.main.get_command(main.commands())

    assert named or document == "CONTRIBUTING.md"
    for words in named:
        command = root
        for word in words:
            if not hasattr(command, "commands"):
                break
            assert word in command.commands, words
            command = command.commands[word]
