"""Generates the JSON schema of every message from its type. The schemas are committed and may only grow.

`python -m chassis.messaging.contract_schemas` writes the files; `--check` fails on a stale or a breaking schema.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import msgspec

from contracts.catalogue import asks, events

FOLDER = Path(__file__).resolve().parents[2] / "contracts" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(message: type[Any]) -> dict[str, Any]:
    """The JSON schema of one message's data."""
    (reference,), components = msgspec.json.schema_components((message,), ref_template="#/$defs/{name}")
    definitions = dict(sorted(components.items()))
    own = definitions.pop(reference["$ref"].rsplit("/", 1)[1])
    schema = {"$schema": DIALECT, "$id": f"urn:hotelmate:schema:{message.wire_name}", **own}
    return schema | ({"$defs": definitions} if definitions else {})


def all_schemas() -> dict[str, dict[str, Any]]:
    """The schema of each message, keyed by the message's wire name."""
    made = {name: schema_of(message) for name, message in (events() | asks()).items()}
    as_written: dict[str, dict[str, Any]] = json.loads(json.dumps(made))
    return as_written


def shrinkage(old: Any, new: Any, where: str = "") -> list[str]:
    """The changes that break readers of the old schema, as sentences: fields removed, retyped or newly required."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [] if old == new else [f"{where}: {old!r} became {new!r}"]
    problems = []
    for required in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        if isinstance(new.get("required"), list):
            problems.append(f"{where}: {required} is newly required")
    for key, before in old.items():
        if key in {"required", "description", "title", "default"}:
            continue
        if key not in new:
            problems.append(f"{where}/{key} is gone")
        elif key in {"enum", "anyOf"}:
            problems += [f"{where}/{key}: {gone!r} is gone" for gone in before if gone not in new[key]]
        else:
            problems += shrinkage(before, new[key], f"{where}/{key}")
    return problems


def committed() -> dict[str, dict[str, Any]]:
    """The committed schemas, keyed by the message's wire name."""
    return {path.name.removesuffix(".json"): json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def problems() -> list[str]:
    """The differences between the committed schemas and the code, as sentences. The list is empty where all agree."""
    old, new = committed(), all_schemas()
    differences = [f"{name} is gone: a message in use may not be removed" for name in old if name not in new]
    differences += [f"{name} has no committed schema: run make docs" for name in new if name not in old]
    for name in sorted(old.keys() & new.keys()):
        broken = shrinkage(old[name], new[name], name)
        differences += broken
        if not broken and old[name] != new[name]:
            differences.append(f"{name} has grown: run make docs")
    return differences


def write() -> int:
    """Write every schema; returns their number."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        path.unlink()
    schemas = all_schemas()
    for name, schema in schemas.items():
        (FOLDER / f"{name}.json").write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n")
    return len(schemas)


def main() -> None:
    """Write or check the schemas, as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m chassis.messaging.contract_schemas", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where the schemas are not as they must be"
    )
    if not parser.parse_args().check:
        print(f"{write()} schemas written to contracts/schemas")  # noqa: T201
        return
    faults = problems()
    if faults:
        raise SystemExit("\n".join(faults))
    print(f"{len(committed())} schemas are as committed")  # noqa: T201


if __name__ == "__main__":
    main()
