"""What the pool extras need and what of it is installed, read from this distribution's own metadata."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import Requirement

from agent.errors import MissingDependency

DISTRIBUTION = "finetune-agent"
NEEDED_FOR = {
    "run": ("local", "crawl", "parse", "generate", "train"),
    "discover": ("local", "crawl"),
    "parse": ("parse",),
    "flower": ("flower",),
}
"""Command -> extras without which it cannot work."""
EXTRAS = ("local", "crawl", "parse", "generate", "train", "cuda", "flower")


@dataclass(frozen=True)
class Package:
    """One requirement of an extra and the version that is here, '' for none."""

    extra: str
    requirement: str
    name: str
    version: str
    fits: bool

    @property
    def missing(self) -> bool:
        """Whether it must be installed or brought up to date."""
        return not self.fits


def packages_of(extra: str) -> list[Package]:
    """The packages that an extra asks for on this platform."""
    found = []
    for text in metadata.requires(DISTRIBUTION) or ():
        requirement = Requirement(text)
        here = requirement.marker is not None and requirement.marker.evaluate({"extra": extra})
        # Core dependencies have no marker for extras: they hold with any extra and with none.
        if here and requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            found.append(_package(extra, requirement))
    return found


def _package(extra: str, requirement: Requirement) -> Package:
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        version = ""
    fits = bool(version) and requirement.specifier.contains(version, prereleases=True)
    return Package(extra, f"{requirement.name}{requirement.specifier}", requirement.name, version, fits)


def install_command(extras: Iterable[str]) -> str:
    """The pip command that installs some extras."""
    return f"pip install '{DISTRIBUTION}[{','.join(extras)}]'"


def demand_installed(command: str) -> None:
    """Check that what a command needs is there, before anything is started.

    Raises:
        MissingDependency: it names the packages and the pip command.
    """
    lacking = {
        extra: [package.requirement for package in packages_of(extra) if package.missing]
        for extra in NEEDED_FOR[command]
    }
    lacking = {extra: names for extra, names in lacking.items() if names}
    if lacking:
        names = ", ".join(name for group in lacking.values() for name in group)
        raise MissingDependency(
            f"`finetune {command}` needs packages that are not installed: {names}.",
            next_step=install_command(lacking),
        )
