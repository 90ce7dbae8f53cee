"""A bundle is looked through before any of it is written, and nothing of it ever lands elsewhere."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.catalog import bundles as bundles_module
from fanlight.catalog.bundles import MOST_WAITING, Bundles, check_archive, check_path
from fanlight.errors import FanlightError, NotFoundError, PayloadError, TooManyTriesError

ID = "00112233445566aa"
Make = Callable[[tarfile.TarFile], None]


def packed(make: Make, format_: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=format_) as archive:
        make(archive)
    return out.getvalue()


def file(name: str, content: bytes = b"x", **about: object) -> Make:
    def make(archive: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        for key, value in about.items():
            setattr(member, key, value)
        archive.addfile(member, io.BytesIO(content))

    return make


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> Make:
    return file(name, b"", type=kind, linkname=target)


def upload(bundles: Bundles, content: bytes, id_: str = ID) -> None:
    with bundles.open_upload("shop", id_) as coming:
        coming.write(content)
        coming.finish()


def everything_below(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if not path.is_dir())


@pytest.fixture
def bundles(tmp_path: Path) -> Bundles:
    return Bundles(tmp_path / "data")


def test_a_good_bundle_is_kept_then_unpacked_then_copied_for_a_run(bundles: Bundles, tmp_path: Path) -> None:
    def make(archive: tarfile.TarFile) -> None:
        for each in (file("charm.yaml", b"version: '0.4'"), file("src/a.py", b"pass"), link("b", "src/a.py")):
            each(archive)

    upload(bundles, packed(make))
    assert everything_below(tmp_path) == [f"data/uploads/shop/{ID}.tar.gz"]
    made = bundles.unpack("shop", ID, "never used")
    assert made.files == 3
    root = f"data/agents/{made.folder}"
    assert everything_below(tmp_path) == [f"{root}/b", f"{root}/charm.yaml", f"{root}/src/a.py"]
    work = bundles.work(made.folder, "f" * 32, {"in/more.txt": "more"})
    assert everything_below(work) == ["b", "charm.yaml", "in/more.txt", "src/a.py"]
    bundles.drop_work("f" * 32)
    assert not work.exists()


def test_a_bundle_without_a_definition_gets_the_one_that_was_sent_along(
    bundles: Bundles, tmp_path: Path
) -> None:
    upload(bundles, packed(file("main.py")))
    made = bundles.unpack("shop", ID, '{"version": "0.4"}')
    assert (tmp_path / "data/agents" / made.folder / "charm.yaml").read_text() == '{"version": "0.4"}'


ARCHIVES = pytest.mark.cells(
    "T21", "archives that lead out, link, lie or explode", "refused, and nothing is written"
)

HOSTILE = {
    "a path upwards": file("../../evil"),
    "a path upwards inside": file("a/../../evil"),
    "an absolute path": file("/tmp/evil"),
    "a backslash": file("a\\..\\evil"),
    "a link out": link("a", "../../evil"),
    "an absolute link": link("a", "/etc/passwd"),
    "a link out from below": link("a/b", "../../evil"),
    "a hard link": link("a", "charm.yaml", tarfile.LNKTYPE),
    "a hard link out": link("a", "/etc/passwd", tarfile.LNKTYPE),
    "a device": file("a", b"", type=tarfile.CHRTYPE, devmajor=1, devminor=5),
    "a pipe": file("a", b"", type=tarfile.FIFOTYPE),
    "a path too deep": file("/".join(["a"] * 80)),
    "a name too long": file("a" * 2_000),
    "no name": file(""),
}


@ARCHIVES
@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_member_is_refused_before_anything_is_written(
    bundles: Bundles, tmp_path: Path, make: Make
) -> None:
    def both(archive: tarfile.TarFile) -> None:
        file("charm.yaml")(archive)
        make(archive)

    with pytest.raises(PayloadError):
        upload(bundles, packed(both))
    assert everything_below(tmp_path) == []


def test_a_file_through_a_link_does_not_leave_the_folder(bundles: Bundles, tmp_path: Path) -> None:
    def make(archive: tarfile.TarFile) -> None:
        link("a/here", ".")(archive)
        file("a/here/x.txt")(archive)

    upload(bundles, packed(make))
    made = bundles.unpack("shop", ID, "{}")
    assert (tmp_path / "data/agents" / made.folder / "a/x.txt").read_text() == "x"


def pax_bomb() -> bytes:
    """A header that says it is a gigabyte long, and nearly is."""
    header = tarfile.TarInfo("bomb")
    header.type, header.size = tarfile.XHDTYPE, 1 << 30
    return gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) + bytes(8 * 1024 * 1024))


def sparse() -> bytes:
    header = tarfile.TarInfo("sparse")
    header.type, header.size = tarfile.GNUTYPE_SPARSE, 0
    return gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))


def claims_much() -> bytes:
    header = tarfile.TarInfo("much")
    header.size = 1 << 40
    return gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))


BROKEN = {
    "nothing": b"",
    "no gzip": b"hello",
    "gzip of no tar": gzip.compress(b"hello" * 1_000),
    "cut off": packed(file("a", os.urandom(100_000)))[:50_000],
    "a header of a gigabyte": pax_bomb(),
    "a sparse file": sparse(),
    "a terabyte that is not there": claims_much(),
    "a negative size": gzip.compress(tarfile.TarInfo("a").tobuf()[:124] + b"-0000000001\0" + bytes(900)),
}


@ARCHIVES
@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_archive_or_a_bomb_is_refused(bundles: Bundles, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PayloadError):
        upload(bundles, content)
    assert everything_below(tmp_path) == []


def test_a_bomb_is_refused_by_what_it_would_become(
    bundles: Bundles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles_module, "MOST_UNPACKED_BYTES", 1_000_000)
    monkeypatch.setattr(bundles_module, "MOST_MEMBERS", 50)
    small = packed(file("zeros", bytes(2_000_000)))
    assert len(small) < 10_000
    many = packed(lambda archive: [file(f"f{n}", b"")(archive) for n in range(60)] and None)
    for content in (small, many):
        with pytest.raises(PayloadError) as refused:
            upload(bundles, content)
        assert refused.value.status == 413
    assert everything_below(tmp_path) == []


def test_more_bytes_than_a_bundle_may_have_are_refused_as_they_come(
    bundles: Bundles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles_module, "MOST_BYTES", 1_000)
    with bundles.open_upload("shop", ID) as coming:
        coming.write(bytes(1_000))
        with pytest.raises(PayloadError) as refused:
            coming.write(b"x")
    assert refused.value.status == 413
    assert everything_below(tmp_path) == []


def test_an_upload_is_its_projects_alone(bundles: Bundles) -> None:
    upload(bundles, packed(file("main.py")))
    for project, id_ in (("other", ID), ("shop", "f" * 16), ("shop", "../shop/" + ID), ("shop", "")):
        with pytest.raises(NotFoundError):
            bundles.unpack(project, id_, "{}")
    assert bundles.unpack("shop", ID, "{}").files == 1


def test_so_many_uploads_wait_and_no_more(bundles: Bundles, tmp_path: Path) -> None:
    for n in range(MOST_WAITING):
        upload(bundles, packed(file("main.py")), f"{n:016x}")
    with pytest.raises(TooManyTriesError):
        bundles.open_upload("shop", ID)
    old = tmp_path / "data/uploads/shop" / f"{0:016x}.tar.gz"
    os.utime(old, (0, 0))
    upload(bundles, packed(file("main.py")))
    assert not old.exists()


def test_sources_that_no_version_has_are_swept_and_so_is_what_runs_left(
    bundles: Bundles, tmp_path: Path
) -> None:
    upload(bundles, packed(file("main.py")))
    kept = bundles.unpack("shop", ID, "{}").folder
    upload(bundles, packed(file("main.py")))
    bundles.work(bundles.unpack("shop", ID, "{}").folder, "f" * 32, {})
    bundles.sweep({kept})
    assert everything_below(tmp_path) == [
        f"data/agents/{kept}/charm.yaml",
        f"data/agents/{kept}/main.py",
    ]


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "", "through/x"])
def test_files_of_a_run_stay_in_its_folder(bundles: Bundles, tmp_path: Path, name: str) -> None:
    upload(bundles, packed(file("main.py")))
    folder = bundles.unpack("shop", ID, "{}").folder
    (tmp_path / "data/agents" / folder / "through").symlink_to(tmp_path)
    with pytest.raises(FanlightError):
        bundles.work(folder, "f" * 32, {name: "evil"})
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "data/x").exists()


PIECES = st.lists(st.sampled_from(["..", ".", "a", "b.py", "", " ", "~", "c\\d", "\0", "é"]), max_size=6)


@given(PIECES, st.booleans())
def test_a_path_that_is_taken_never_leads_out(pieces: list[str], is_absolute: bool) -> None:
    name = "/" * is_absolute + "/".join(pieces)
    try:
        path = check_path(name)
    except PayloadError:
        return
    place = os.path.normpath(f"/agents/one/{path}")
    assert place == "/agents/one" or place.startswith("/agents/one/")


@given(st.binary(max_size=3_000), st.booleans())
def test_no_bytes_at_all_do_more_than_be_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, is_gzip: bool
) -> None:
    place = tmp_path_factory.getbasetemp() / "any.tar.gz"
    place.write_bytes(gzip.compress(content) if is_gzip else content)
    with contextlib.suppress(PayloadError):
        assert check_archive(place) == 0
