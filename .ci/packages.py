"""Checks and unpacks the packaged crates: packages.py <target/package> <destination>.

Symlinks in the workspace (README, licences) must be regular files in the packages. The destination
gets both crates and a package that depends on them, so that a build uses the packaged files only. It
enables no feature of them, and all of them with its own feature `every`. Its profiles are those of the
workspace, so that Cargo reuses the dependencies that earlier checks have compiled. Both crates are members
of its workspace, so that `-p` checks each with its own features and dependencies only.
"""

import pathlib
import re
import shutil
import sys
import tarfile

from workspace import member, metadata

CRATES = ["cognito-m2m-macros", "cognito-m2m"]
REQUIRED_FILES = ["Cargo.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "src/lib.rs"]


def unpack(archive: pathlib.Path, destination: pathlib.Path) -> pathlib.Path:
    name = archive.name.removesuffix(".crate")
    with tarfile.open(archive) as tar:
        members = {entry.name.removeprefix(f"{name}/"): entry for entry in tar.getmembers()}
        links = [path for path, entry in members.items() if not entry.isfile()]
        missing = [path for path in REQUIRED_FILES if path not in members]
        empty = [path for path in REQUIRED_FILES if path in members and members[path].size < 100]
        if links or missing or empty:
            sys.exit(f"{archive.name}: not regular files: {links}, missing: {missing}, too small: {empty}")
        print(f"{archive.name}: {len(members)} files, {archive.stat().st_size // 1024} KiB")
        tar.extractall(destination, filter="data")
    return destination / name


def profiles() -> str:
    """Returns the tables of the profiles in the manifest of the workspace."""
    tables = re.split(r"^(?=\[)", pathlib.Path("Cargo.toml").read_text(), flags=re.MULTILINE)
    return "".join(table for table in tables if table.startswith("[profile."))


def main() -> None:
    source, destination = map(pathlib.Path, sys.argv[1:])
    shutil.rmtree(destination, ignore_errors=True)
    packages = metadata("--no-deps")["packages"]
    versions = {name: member(packages, name)["version"] for name in CRATES}
    folders = {
        name: unpack(source / f"{name}-{version}.crate", destination).name
        for name, version in versions.items()
    }
    names = [name for name in member(packages, "cognito-m2m")["features"] if name != "default"]
    every = [f"cognito-m2m/{name}" for name in names]
    patches = "\n".join(f'{name} = {{ path = "{folder}" }}' for name, folder in folders.items())
    (destination / "src").mkdir()
    (destination / "src" / "lib.rs").write_text("pub use cognito_m2m::CognitoAuth;\n")
    (destination / "Cargo.toml").write_text(
        f"""[package]
name = "user-of-the-packages"
edition = "2024"

[workspace]
members = {list(folders.values())}

[dependencies]
cognito-m2m = "{versions['cognito-m2m']}"

[features]
every = {every}

[patch.crates-io]
{patches}

{profiles()}"""
    )


if __name__ == "__main__":
    main()
