"""Text that people enter: its form, its search key, its visibility, its isolation in a line."""

import unicodedata

import pytest

from chassis.text import is_visible, isolated, normalised, normalised_data, search_key, text_problem
from contracts.fields import NAME, PROSE

FSI, PDI, RLO = "\u2068", "\u2069", "\u202e"


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def test_two_spellings_of_a_text_have_one_form() -> None:
    assert decomposed("Muñoz") != "Muñoz"
    assert normalised(decomposed("Muñoz")) == "Muñoz"
    data = {decomposed("é"): [decomposed("Muñoz"), 1, None, {"name": decomposed("José")}]}
    assert normalised_data(data) == {"é": ["Muñoz", 1, None, {"name": "José"}]}


@pytest.mark.parametrize(
    ("entered", "query"),
    [
        ("Muñoz", decomposed("Muñoz")),
        (decomposed("Muñoz"), "munoz"),
        ("\ufb01nn", "Finn"),
        ("İpek", "ipek"),
        ("IPEK", "İpek"),
        ("Işık", "isik"),
        ("Straße", "STRASSE"),
        ("Søren Ærø", "soren aero"),
        ("Ｆｉｎｎ", "finn"),
        ("Mu\u200bñoz", "muñoz"),
        ("Ada \u00a0 Byrne", "ada byrne"),
        ("Νίκος", "ΝΙΚΟΣ"),
    ],
)
def test_texts_that_differ_in_case_accents_or_compatibility_forms_have_one_search_key(entered: str, query: str) -> None:
    assert search_key(entered) == search_key(query)


def test_different_letters_have_different_search_keys() -> None:
    assert search_key("Muñoz") != search_key("Muroz")


@pytest.mark.parametrize("text", ["", " ", "\u200b\u200d", RLO, "\u3164", "\u2800\u00ad", "\u0301"])
def test_a_text_without_a_visible_character_is_no_name(text: str) -> None:
    assert not is_visible(text)
    assert text_problem(text, NAME) is not None


def test_a_text_is_of_its_kind_within_the_bounds_of_the_kind() -> None:
    assert text_problem("x" * NAME.most, NAME) is None
    assert text_problem("x" * (NAME.most + 1), NAME) == "must have 1 to 100 characters"
    assert text_problem("", PROSE) is None


@pytest.mark.parametrize("separator", ["\n", "\r", "\x1b", "\x7f", "\x85", "\u2028", "\u2029"])
def test_a_text_of_one_line_has_no_control_character_and_no_separator_of_lines(separator: str) -> None:
    problem = "must have no control character or line separator"
    assert text_problem(f"a{separator}b", NAME) == text_problem(f"a{separator}", NAME) == problem
    assert text_problem(f"a{separator}b", PROSE) is None


@pytest.mark.parametrize("text", ["Ada", "Muñoz", "李", "a\nb", ""])
def test_a_text_from_left_to_right_is_not_changed(text: str) -> None:
    assert isolated(text) is text


@pytest.mark.parametrize("text", [f"{RLO}adA", "דנה", "نور", f"a{PDI}{RLO}b", "a\u2067b", f"{PDI}{PDI}{RLO}"])
def test_an_isolated_text_turns_nothing_around_it(text: str) -> None:
    line = f"Dear {isolated(text)}, welcome"

    assert open_at_the_end(line) == []
    assert line.startswith(f"Dear {FSI}")
    # What is prevented: as it was entered, the text reaches into the words after it.
    assert open_at_the_end(f"Dear {text}, welcome") != [] or "נ" in text or "ن" in text


def open_at_the_end(line: str) -> list[str]:
    """The direction marks that are in force at the end of a line (UAX 9, X1 to X7)."""
    stack: list[str] = []
    for letter in line:
        if letter in "\u2066\u2067\u2068\u202a\u202b\u202d\u202e":
            stack.append(letter)
        elif letter == PDI and any(each in "\u2066\u2067\u2068" for each in stack):
            while stack.pop() not in "\u2066\u2067\u2068":
                pass
        elif letter == "\u202c" and stack and stack[-1] not in "\u2066\u2067\u2068":
            stack.pop()
    return stack


def test_each_paragraph_is_isolated_by_itself() -> None:
    assert isolated("דנה\nכהן") == f"{FSI}דנה{PDI}\n{FSI}כהן{PDI}"
