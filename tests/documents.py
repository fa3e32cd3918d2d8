"""The commands in the documents, extracted to be executed as written."""

import re
from pathlib import Path

SHELLS = {"", "sh", "bash", "shell", "console"}
ROOT = Path(__file__).parents[1]


def command_blocks(name: str) -> list[str]:
    """Every block of shell commands in the document, as written."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / name).read_text("utf-8"), re.M | re.S)
    return [block for language, block in fences if language in SHELLS]


def commands(name: str, program: str) -> list[list[str]]:
    """The words after each mention of the program in code of the document, up to the first that is no plain word."""
    text = (ROOT / name).read_text("utf-8")
    code = [*re.findall(r"`([^`\n]+)`", text), *"\n".join(command_blocks(name)).splitlines()]
    mentions = [each for line in code for each in re.findall(rf"(?:^|[;|&] *){re.escape(program)} ([^|;#&]*)", line)]
    return [re.findall(r"^[a-z][a-z-]*|(?<= )[a-z][a-z-]*(?= |$)", mention) for mention in mentions]
