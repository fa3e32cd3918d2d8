"""The chart of recovery times as inline SVG: a dot per fault, with the goal as a line."""

from collections.abc import Mapping, Sequence
from html import escape
from math import sqrt
from typing import Any

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 960, 240, 44, 24, 12
DOT = 4


def recovery_chart(lines: Sequence[Mapping[str, Any]], *, goal: float) -> str:
    """A dot's title says which fault it is.

    The vertical axis has the square root of seconds, so that short times stay apart beside long ones.
    """
    longest = max([goal * 1.2, *(line["recovery_seconds"] for line in lines)])

    def across(index: int) -> float:
        return LEFT + (index + 0.5) * (WIDTH - LEFT - DOT) / max(len(lines), 1)

    def up(seconds: float) -> float:
        return HEIGHT - BOTTOM - sqrt(max(seconds, 0) / longest) * (HEIGHT - BOTTOM - TOP)

    grid = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH}" y1="{up(value):.1f}" y2="{up(value):.1f}" class="rule"/>'
        f'<text x="{LEFT - 8}" y="{up(value) + 4:.1f}" text-anchor="end">{value:g} s</text>'
        for value in _ticks(longest)
    )
    line = f'<line x1="{LEFT}" x2="{WIDTH}" y1="{up(goal):.1f}" y2="{up(goal):.1f}" class="goal"/>'
    label = f'<text x="{WIDTH}" y="{up(goal) - 5:.1f}" text-anchor="end" class="goal-text">goal {goal:g} s</text>'
    dots = "".join(
        f'<circle cx="{across(index):.1f}" cy="{up(each["recovery_seconds"]):.1f}" r="{DOT}" '
        f'class="{_shade(each, goal)}"><title>{escape(_title(each))}</title></circle>'
        for index, each in enumerate(lines)
    )
    caption = f'<text x="{LEFT}" y="{HEIGHT - 4}">first fault</text>'
    caption += f'<text x="{WIDTH}" y="{HEIGHT - 4}" text-anchor="end">last fault</text>'
    name = f"Recovery time of {len(lines)} faults"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}">{grid}{line}{label}{dots}{caption}</svg>'
    )


def _ticks(longest: float) -> list[float]:
    return [value for value in (0, 1, 2, 5, 10, 20, 50, 100) if value <= longest]


def _shade(line: Mapping[str, Any], goal: float) -> str:
    return "broken" if line["violations"] else "slow" if line["recovery_seconds"] > goal else "held"


def _title(line: Mapping[str, Any]) -> str:
    return f"{line['number']}: {line['instance']} {line['kind']}, {line['recovery_seconds']:.1f} s"
