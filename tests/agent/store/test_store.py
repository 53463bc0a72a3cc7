"""Whole files, atomically, on local disks and elsewhere."""

from __future__ import annotations

import errno
import hashlib
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from agent.errors import ArtifactCorrupt, StoreFull, StoreUnavailable
from agent.store import Store

CONTENT = b"\x00\xffknots\n" * 100


@pytest.fixture(params=["folder", "file-url", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Every test that takes this runs on a folder, its file:// address and a store that is no local disk."""
    addresses = {
        "folder": str(tmp_path / "store"),
        "file-url": f"file://{tmp_path}/store",
        "memory": f"memory://{uuid4().hex}",
    }
    return Store(addresses[request.param])


def test_what_is_written_is_read_back_with_its_hash(store: Store) -> None:
    assert store.write("jobs/a/file.bin", CONTENT) == hashlib.sha256(CONTENT).hexdigest()
    assert store.read("jobs/a/file.bin") == CONTENT
    assert store.exists("jobs/a/file.bin")
    assert store.exists("jobs/a")


def test_writing_again_replaces(store: Store) -> None:
    store.write("a", b"old and longer")
    store.write("a", b"new")
    assert store.read("a") == b"new"


def test_an_empty_file_is_a_file(store: Store) -> None:
    store.write("jobs/empty", b"")
    assert store.exists("jobs/empty")
    assert store.read("jobs/empty") == b""


def test_a_missing_file_is_named_with_its_address(store: Store) -> None:
    with pytest.raises(ArtifactCorrupt) as error:
        store.read("jobs/nothing")
    assert store.uri("jobs/nothing") in str(error.value)
    assert not store.exists("jobs/nothing")


def test_names_under_a_folder_are_listed_sorted_and_a_missing_folder_is_empty(store: Store) -> None:
    for name in ("b", "a", "c/deep"):
        store.write(f"jobs/{name}", b"x")
    assert store.list("jobs") == ["a", "b", "c"]
    assert store.list("nowhere") == []


def test_a_blob_is_kept_once_under_its_own_hash(store: Store) -> None:
    digest = store.put_blob(CONTENT)
    assert store.put_blob(CONTENT) == digest == hashlib.sha256(CONTENT).hexdigest()
    assert store.get_blob(digest) == CONTENT
    assert store.list(f"blobs/{digest[:2]}") == [digest]


def test_a_blob_with_other_content_than_its_name_is_corrupt(store: Store) -> None:
    digest = store.put_blob(CONTENT)
    store.write(f"blobs/{digest[:2]}/{digest}", CONTENT[:-1])
    with pytest.raises(ArtifactCorrupt, match=digest):
        store.get_blob(digest)


def test_a_blob_that_is_not_there_is_corrupt(store: Store) -> None:
    with pytest.raises(ArtifactCorrupt, match="missing"):
        store.get_blob("0" * 64)


def test_a_folder_travels_in_and_out_with_its_subfolders(store: Store, tmp_path: Path) -> None:
    model = tmp_path / "model"
    (model / "tokenizer").mkdir(parents=True)
    (model / "weights.bin").write_bytes(CONTENT)
    (model / "tokenizer" / "vocab.json").write_text("{}")
    store.put_folder(model, "jobs/train/model")
    fetched = store.get_folder("jobs/train/model", tmp_path / "fetched")
    assert (fetched / "weights.bin").read_bytes() == CONTENT
    assert (fetched / "tokenizer" / "vocab.json").read_text() == "{}"


def test_addresses_are_paths_on_a_disk_and_urls_elsewhere(tmp_path: Path) -> None:
    assert Store(str(tmp_path)).uri("jobs/a") == f"{tmp_path}/jobs/a"
    assert Store("memory://root").uri("jobs/a") == "memory:///root/jobs/a"


def test_a_url_that_nothing_serves_is_refused_in_one_line() -> None:
    with pytest.raises(StoreUnavailable) as error:
        Store("carrier-pigeon://loft/")
    assert "'carrier-pigeon://loft/'" in str(error.value)
    assert "\n" not in str(error.value)


# -- atomic --------------------------------------------------------------------------------------------------------


def test_a_reader_sees_the_old_content_or_the_new_and_never_a_part(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    versions = [bytes([number]) * 500_000 for number in (1, 2)]
    store.write("file", versions[0])
    ended = threading.Event()

    def write() -> None:
        for turn in range(20):
            store.write("file", versions[turn % 2])
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    reads = 0
    while not ended.is_set():
        assert store.read("file") in versions
        reads += 1
    writer.join()
    assert reads > 0


_WRITE_UNDER_A_SIZE_LIMIT = """
import resource, signal, sys
from agent.errors import StoreUnavailable
from agent.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    Store(sys.argv[1]).write("file", b"x" * 5000)
except StoreUnavailable as error:
    print(error)
"""


def test_a_write_that_breaks_off_leaves_the_old_content_and_no_partial(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.write("file", b"old")
    child = subprocess.run(
        [sys.executable, "-c", _WRITE_UNDER_A_SIZE_LIMIT, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert child.stdout.startswith(f"Cannot write {tmp_path}/file: ")
    assert store.read("file") == b"old"
    assert list(tmp_path.rglob(".*.partial")) == []


_FILL = """
import sys
from pathlib import Path
from agent.errors import StoreFull
from agent.store import Store
store = Store(sys.argv[1])
store.write("file", b"old")
large = Path(sys.argv[2])
large.write_bytes(b"x" * 200_000)
for fill in (
    lambda: store.write("file", b"x" * 200_000),
    lambda: store.put_blob(b"x" * 200_000),
    lambda: store.put_folder(large.parent, "model"),
):
    try:
        fill()
    except StoreFull as error:
        print(error)
assert store.read("file") == b"old"
print([str(path) for path in Path(sys.argv[1]).rglob(".*.partial")])
"""


def test_a_full_disk_is_named_with_the_way_on_and_leaves_no_partial(tmp_path: Path) -> None:
    disk, large = tmp_path / "disk", tmp_path / "large"
    disk.mkdir()
    large.mkdir()
    # A disk of 64 KiB of our own, in a mount namespace of our own: it needs no root and goes with the process.
    small_disk = ["unshare", "--mount", "--map-root-user", "sh", "-ec"]
    mount = f"mount -t tmpfs -o size=64k tmpfs {disk}"
    if shutil.which("unshare") is None or subprocess.run([*small_disk, mount], capture_output=True).returncode:
        pytest.skip("this system lets no ordinary user mount a small disk")
    child = subprocess.run(
        [*small_disk, f'{mount}; exec "$@"', "sh", sys.executable, "-c", _FILL, str(disk), str(large / "weights.bin")],
        capture_output=True,
        text=True,
        check=True,
    )
    *refusals, partial = child.stdout.splitlines()
    assert len(refusals) == 3
    assert all(line.startswith("No space left in the store to write ") for line in refusals)
    assert all("finetune resume" in line for line in refusals)
    assert partial == "[]"


class BreakingFileSystem(MemoryFileSystem):  # type: ignore[misc]
    """A remote store that answers every write with one error."""

    error: OSError

    def pipe_file(self, path: str, value: bytes, **options: Any) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "translated"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), StoreFull),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), StoreFull),
        (OSError(errno.EIO, "Input/output error"), StoreUnavailable),
        (PermissionError(errno.EACCES, "Permission denied"), StoreUnavailable),
        (ConnectionError("reset by peer"), StoreUnavailable),
    ],
)
def test_what_a_remote_store_raises_leaves_as_one_of_ours(
    error: OSError, translated: type[StoreUnavailable], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BreakingFileSystem, "error", error, raising=False)
    fsspec.register_implementation("breaking", BreakingFileSystem, clobber=True)
    with pytest.raises(StoreUnavailable) as raised:
        Store("breaking://store").write("file", b"x")
    assert type(raised.value) is translated
    assert raised.value.next_step


def test_a_folder_that_cannot_be_made_is_unavailable_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable, match=r"Cannot write .*/file/inside"):
        Store(str(tmp_path)).write("file/inside", b"x")
