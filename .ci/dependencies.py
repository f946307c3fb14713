"""Checks the locked dependencies offline: dependencies.py supply-chain | rust-version.

`supply-chain` applies the licences, bans and sources of `deny.toml` to every locked package, and
checks the minimum versions that fix known vulnerabilities. It also checks that no feature enables a
back end that is the user's choice. `rust-version` checks that no package
that users build requires a newer Rust than the crates do.
"""

import pathlib
import re
import sys
import tomllib

from workspace import member, metadata

OURS = ["cognito-m2m", "cognito-m2m-macros"]
CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"

# The first releases that fix known vulnerabilities. Update them when an advisory is published.
MINIMUM_VERSIONS = {
    "jsonwebtoken": "10.3.0",
    "actix-http": "3.12.1",
    "diesel": "2.3.10",
    "tracing-subscriber": "0.3.20",
    "h2": "0.4.16",
}

# Features that choose a back end for every crate of a user's program. Two of them exclude each other,
# or make functions panic.
FEATURES_OF_USERS = {
    "jsonwebtoken": {"aws_lc_rs", "rust_crypto"},
    "reqwest": {"native-tls", "native-tls-vendored"},
    # `reqwest` enables `aws_lc_rs`, as its default features do.
    "rustls": {"ring", "fips"},
    "aws-lc-rs": {"fips", "non-fips"},
    "serde_json": {"arbitrary_precision", "preserve_order"},
}


def numbers(version: str) -> tuple[int, ...]:
    """Returns a version as comparable numbers, without pre-release and build metadata."""
    parts = re.split(r"[-+]", version)[0].split(".")
    return tuple(int(part) for part in parts) + (0,) * (3 - len(parts))


def licence_is_allowed(expression: str, allowed: set[str]) -> bool:
    """Returns `True` if the SPDX expression permits use. The older form `A/B` means `A OR B`."""
    words = re.findall(r"\(|\)|[^\s()/]+|/", expression)
    position = 0

    def any_of() -> bool:
        nonlocal position
        result = all_of()
        while position < len(words) and words[position] in ("OR", "/"):
            position += 1
            result = all_of() or result
        return result

    def all_of() -> bool:
        nonlocal position
        result = term()
        while position < len(words) and words[position] == "AND":
            position += 1
            result = term() and result
        return result

    def term() -> bool:
        nonlocal position
        word = words[position]
        position += 1
        if word == "(":
            result = any_of()
            position += 1
            return result
        if words[position : position + 1] == ["WITH"]:
            # `deny.toml` lists no exceptions.
            position += 2
            return False
        return word in allowed

    return any_of()


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
            faults.append(f"{label}: the licence {licence!r} is not allowed by deny.toml")
        if package["name"] in banned:
            faults.append(f"{label}: is banned: {banned[package['name']]}")
        if package["source"] != CRATES_IO:
            faults.append(f"{label}: is not from crates.io but from {package['source']}")
        minimum = MINIMUM_VERSIONS.get(package["name"])
        if minimum and numbers(package["version"]) < numbers(minimum):
            faults.append(f"{label}: has known vulnerabilities, update to {minimum} or later")
    for package in graph["packages"]:
        if package["source"] is None and package["publish"] != [] and not package["license"]:
            faults.append(f"{package['name']}: has no licence")
    faults += features_of_users(graph)
    print(
        f"checked {len(others)} locked packages: licences, bans, sources, features and minimum "
        f"versions ({', '.join(MINIMUM_VERSIONS)})"
    )
    return faults


def features_of_users(graph: dict) -> list[str]:
    """Returns a fault for each enabled feature that is the user's choice.

    The graph has all features of the workspace, and cargo unifies those of dev-dependencies too.
    """
    by_id = {package["id"]: package["name"] for package in graph["packages"]}
    faults = []
    for node in graph["resolve"]["nodes"]:
        name = by_id[node["id"]]
        enabled = FEATURES_OF_USERS.get(name, set()) & set(node["features"])
        for feature in sorted(enabled):
            faults.append(f"{name}: enables the feature {feature}, which is the user's choice")
        is_limited = name in ("log", "tracing")
        if is_limited and any("max_level" in feature for feature in node["features"]):
            faults.append(f"{name}: limits the log level of the user's program")
    return faults


def built_by_users(graph: dict) -> list[dict]:
    """Returns the dependencies of the published crates, without dev-dependencies."""
    by_id = {package["id"]: package for package in graph["packages"]}
    nodes = {node["id"]: node for node in graph["resolve"]["nodes"]}
    pending = [member(graph["packages"], name)["id"] for name in OURS]
    seen = set()
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        for dependency in nodes[current]["deps"]:
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
                pending.append(dependency["pkg"])
    return [by_id[package] for package in seen]


def rust_version(graph: dict) -> list[str]:
    ours = member(graph["packages"], OURS[0])["rust_version"]
    packages = built_by_users(graph)
    undeclared = sum(package["rust_version"] is None for package in packages)
    print(
        f"checked that {len(packages)} packages require at most Rust {ours} "
        f"({undeclared} don't declare a version)"
    )
    return [
        f"{package['name']} {package['version']}: requires Rust {package['rust_version']}"
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
