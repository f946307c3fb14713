"""Checks the locked dependencies without a network: dependencies.py supply-chain | rust-version.

`supply-chain`: licences, bans and sources as `deny.toml` has them, over everything that is locked,
and the least versions that hold known fixes. `rust-version`: no package that a user builds asks for
a younger Rust than the crates do.
"""

import pathlib
import re
import sys
import tomllib

from workspace import member, metadata

OURS = ["cognito-m2m", "cognito-m2m-macros"]
CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"

# The first releases that hold fixes for known vulnerabilities. Update them with the advisories.
LEAST_VERSIONS = {
    "jsonwebtoken": "10.3.0",
    "actix-http": "3.12.1",
    "diesel": "2.3.10",
    "tracing-subscriber": "0.3.20",
    "h2": "0.4.16",
}


def numbers(version: str) -> tuple[int, ...]:
    """A version as numbers that compare; what follows `-` or `+` is left out."""
    parts = re.split(r"[-+]", version)[0].split(".")
    return tuple(int(part) for part in parts) + (0,) * (3 - len(parts))


def licence_is_allowed(expression: str, allowed: set[str]) -> bool:
    """Judges an SPDX expression; the older `A/B` means `A OR B`."""
    words = re.findall(r"\(|\)|[^\s()/]+|/", expression)
    position = 0

    def alternatives() -> bool:
        nonlocal position
        good = all_of()
        while position < len(words) and words[position] in ("OR", "/"):
            position += 1
            good = all_of() or good
        return good

    def all_of() -> bool:
        nonlocal position
        good = one()
        while position < len(words) and words[position] == "AND":
            position += 1
            good = one() and good
        return good

    def one() -> bool:
        nonlocal position
        word = words[position]
        position += 1
        if word == "(":
            good = alternatives()
            position += 1
            return good
        good = word in allowed
        if words[position : position + 1] == ["WITH"]:
            # No exception is on the list, so only another alternative can help.
            position += 2
            return False
        return good

    return alternatives()


def supply_chain(graph: dict) -> list[str]:
    rules = tomllib.loads(pathlib.Path("deny.toml").read_text(encoding="utf-8"))
    allowed = set(rules["licenses"]["allow"])
    banned = {entry["crate"]: entry["reason"] for entry in rules["bans"]["deny"]}
    faults = []
    others = [package for package in graph["packages"] if package["source"] is not None]
    for package in others:
        label = f"{package['name']} {package['version']}"
        licence = package["license"]
        if not licence or not licence_is_allowed(licence, allowed):
            faults.append(f"{label}: licence {licence!r} is not on the list")
        if package["name"] in banned:
            faults.append(f"{label}: {banned[package['name']]}")
        if package["source"] != CRATES_IO:
            faults.append(f"{label}: comes from {package['source']}")
        least = LEAST_VERSIONS.get(package["name"])
        if least and numbers(package["version"]) < numbers(least):
            faults.append(f"{label}: {least} is the least that holds known fixes")
    for package in graph["packages"]:
        if package["source"] is None and package["publish"] != [] and not package["license"]:
            faults.append(f"{package['name']}: has no licence")
    print(
        f"{len(others)} locked packages: licences, bans, sources and least versions "
        f"({', '.join(LEAST_VERSIONS)}) checked"
    )
    return faults


def built_by_users(graph: dict) -> list[dict]:
    """What the published crates lean on: everything but what is for tests only."""
    by_id = {package["id"]: package for package in graph["packages"]}
    nodes = {node["id"]: node for node in graph["resolve"]["nodes"]}
    waiting = [member(graph["packages"], name)["id"] for name in OURS]
    seen = set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for dependency in nodes[current]["deps"]:
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    return [by_id[package] for package in seen]


def rust_version(graph: dict) -> list[str]:
    ours = member(graph["packages"], OURS[0])["rust_version"]
    packages = built_by_users(graph)
    silent = sum(package["rust_version"] is None for package in packages)
    print(
        f"{len(packages)} packages that users build ask for at most Rust {ours} "
        f"({silent} say nothing)"
    )
    return [
        f"{package['name']} {package['version']}: asks for Rust {package['rust_version']}"
        for package in packages
        if package["rust_version"] and numbers(package["rust_version"]) > numbers(ours)
    ]


def main() -> None:
    checks = {"supply-chain": supply_chain, "rust-version": rust_version}
    if len(sys.argv) != 2 or sys.argv[1] not in checks:
        sys.exit(__doc__)
    faults = checks[sys.argv[1]](metadata("--all-features"))
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
