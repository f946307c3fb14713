"""Prints facts about the workspace: workspace.py features <package> | rust-version."""

import json
import subprocess
import sys


def metadata(*arguments: str) -> dict:
    """Returns the output of `cargo metadata`."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", *arguments]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def member(packages: list[dict], name: str) -> dict:
    """Returns the workspace package with this name."""
    return next(package for package in packages if package["name"] == name)


def main() -> None:
    packages = metadata("--no-deps")["packages"]
    match sys.argv[1:]:
        case ["features", name]:
            features = member(packages, name)["features"]
            print("\n".join(sorted(feature for feature in features if feature != "default")))
        case ["rust-version"]:
            print(member(packages, "cognito-m2m")["rust_version"])
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
