"""Builds a package with Cargo, and measures the CPU time of Cargo, of rustc per package, and of build scripts."""

import collections
import dataclasses
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess

HERE = pathlib.Path(__file__).parent
REPOSITORY = HERE.parent.parent


@dataclasses.dataclass
class Build:
    """The result of a build."""

    # User and system time of Cargo and all of its children.
    cpu: float
    # User and system time of rustc per package with its version. Build scripts are separate.
    crates: dict[str, float]
    # Elapsed time per package whose build script ran for a second or more. It includes C code.
    scripts: dict[str, float]


class Project:
    """A package in a temporary folder, with the versions of the repository's `Cargo.lock`."""

    def __init__(self, folder: pathlib.Path, target: pathlib.Path, jobs: int):
        self.folder, self.target, self.jobs = folder, target, jobs
        (folder / "src").mkdir(parents=True)

    def write(self, manifest: str, file: str, source: str) -> None:
        """Writes the package, whose only target is this file."""
        (self.folder / "Cargo.toml").write_text(manifest)
        (self.folder / "Cargo.lock").write_bytes((REPOSITORY / "Cargo.lock").read_bytes())
        for old in (self.folder / "src").iterdir():
            old.unlink()
        (self.folder / "src" / file).write_text(source)
        # Downloads what the repository itself does not use, so that builds need no network.
        self._cargo("fetch", "--quiet")

    def build(self) -> Build:
        """Builds what is not yet built."""
        units = self.folder / "units"
        units.write_text("")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._cargo("build", "--quiet", "--offline", "--timings", f"-j{self.jobs}", UNITS_FILE=str(units))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Build(cpu, crates(units.read_text()), self._scripts())

    def save(self) -> None:
        """Keeps what is built, for `restore`."""
        self._copy(self.target, self._saved)

    def restore(self) -> None:
        """Undoes all builds since `save`."""
        self._copy(self._saved, self.target)

    @property
    def _saved(self) -> pathlib.Path:
        return self.folder / "saved"

    @staticmethod
    def _copy(source: pathlib.Path, destination: pathlib.Path) -> None:
        # With the times of the files, by which Cargo recognizes what is up to date.
        shutil.rmtree(destination, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", source, destination], check=True)

    def _scripts(self) -> dict[str, float]:
        report = (self.target / "cargo-timings" / "cargo-timing.html").read_text()
        found = re.search(r"^const UNIT_DATA = (\[.*?^\]);$", report, re.MULTILINE | re.DOTALL)
        if not found:
            raise SystemExit("the report of `cargo build --timings` has another format")
        return {
            f"{unit['name']}@{unit['version']}": unit["duration"]
            for unit in json.loads(found[1])
            if unit["mode"] == "run-custom-build" and unit["duration"] >= 1
        }

    def _cargo(self, *arguments: str, **variables: str) -> None:
        environment = os.environ | {
            "CARGO_TARGET_DIR": str(self.target),
            "CARGO_INCREMENTAL": "0",
            "RUSTC_WRAPPER": str(HERE / "rustc"),
            "UNITS_FILE": "",
        } | variables
        subprocess.run(["cargo", *arguments], cwd=self.folder, env=environment, check=True)


def crates(text: str) -> dict[str, float]:
    """Returns the CPU time per package from the lines that the wrapper of rustc writes."""
    total: dict[str, float] = collections.defaultdict(float)
    for line in text.splitlines():
        package, crate, kind, *times = line.split()
        # Cargo and build scripts also ask rustc for its version and its targets.
        if crate in ("-", "___"):
            continue
        if crate.startswith("build_script_"):
            package += " (build script)"
        elif kind == "proc-macro":
            package += f" ({kind})"
        total[package] += sum(map(seconds, times))
    return dict(total)


def seconds(text: str) -> float:
    """Parses a time such as `1m2.345s`."""
    minutes, rest = text.removesuffix("s").split("m")
    return 60 * float(minutes) + float(rest)
