"""The collectors of programs show what changes in commands, options, exit codes and printed JSON."""

from collections.abc import Iterable
from typing import Any

import typer

from tests.surface import cli, start
from tests.surface.comparison import change, code
from tests.surface.source import Line


def test_a_command_an_option_and_an_exit_code_that_change_are_shown() -> None:
    def program(option: str) -> Iterable[Line]:
        tree = typer.Typer()

        @tree.command()
        def show(name: str, count: int = typer.Option(3, option)) -> None:
            """Show."""

        return cli.commands(typer.main.get_command(tree))

    def leaving(code: int) -> Iterable[Line]:
        def run(_: Any) -> None:
            raise SystemExit(code)

        return cli.exit_codes(run)

    assert change(program, "--count", "--number") == ["- option --count: int = 3", "+ option --number: int = 3"]
    assert len(change(leaving, 1, 3)) == 2 * len(cli.ENDINGS)


def test_a_member_of_printed_json_and_an_argument_of_a_program_that_change_are_shown() -> None:
    before = 'show({"a": 1, "rows": [{"id": x, "why": y} for x in z]}); parser.add_argument("--port", default=1)'

    assert len(change(cli.json_shapes, code(before), code(before.replace("why", "reason")))) == 2
    assert change(cli.options_of_programs, code(before), code(before.replace("default=1", "default=2"))) == [
        "- argument --port default=1",
        "+ argument --port default=2",
    ]


def test_a_program_that_a_document_names_and_one_that_the_stack_starts_are_shown() -> None:
    before, after = {"Makefile": "$(PYTHON) -m rooms.run\n"}, {"Makefile": "$(PYTHON) -m rooms.host\n"}

    assert change(start.programs, before, after) == ["+ python -m rooms.host", "- python -m rooms.run"]
    assert len(change(start.commands, code('(*P, "a.b", "--c")'), code('(*P, "a.d", "--c")'))) == 2
    assert start.exists("hotelmate")
    assert not start.exists("hotelmate.no_such_module")


def test_a_member_of_the_stack_s_file_and_a_line_of_make_up_that_change_are_shown() -> None:
    before = 'x = {"gateway": 1, "amqp": 2, "pusher": {"key": 3}}; table.add_row("Mailbox", x)'

    assert change(start.stack, code(before), code(before.replace("key", "name"))) == ["- .pusher.key", "+ .pusher.name"]
    assert len(change(start.stack, code(before), code(before.replace("Mailbox", "Mails")))) == 2
