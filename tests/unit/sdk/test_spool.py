"""The spool: what the server did not take, on disk, until this process or another has sent it."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.sdk.endpoint import Endpoint
from fanlight.sdk.payload import Payload
from fanlight.sdk.spool import SIGNALS, DiskSpool, MemorySpool, Spool, framed, open_spool, records

PAYLOADS = st.builds(Payload, st.sampled_from(SIGNALS), st.integers(0, 2**32 - 1), st.binary(max_size=200))


def payload(name: str, *, items: int = 1, size: int = 0) -> Payload:
    return Payload("traces", items, name.encode().ljust(size, b"."))


def drained(spool: Spool) -> list[Payload]:
    """Everything in it, as it is sent."""
    found = []
    while (first := spool.first()) is not None:
        found.append(first)
        spool.sent()
    return found


@given(st.lists(PAYLOADS))
def test_records_are_read_as_they_were_written(payloads: list[Payload]) -> None:
    assert list(records(io.BytesIO(b"".join(map(framed, payloads))))) == payloads


@given(st.lists(PAYLOADS, min_size=1), st.data())
def test_a_torn_tail_costs_only_itself(payloads: list[Payload], data: st.DataObject) -> None:
    whole = [framed(each) for each in payloads]
    cut = data.draw(st.integers(1, len(whole[-1])))
    torn = b"".join(whole)[:-cut]
    assert list(records(io.BytesIO(torn))) == payloads[:-1]


@given(st.lists(PAYLOADS, min_size=1), st.data())
def test_a_wrong_byte_ends_the_segment_there(payloads: list[Payload], data: st.DataObject) -> None:
    whole = [bytearray(framed(each)) for each in payloads]
    place = data.draw(st.integers(8, len(whole[-1]) - 1))
    whole[-1][place] ^= 0xFF
    assert list(records(io.BytesIO(b"".join(whole)))) == payloads[:-1]


def test_what_is_put_comes_out_oldest_first_and_leaves_nothing(tmp_path: Path) -> None:
    spool = DiskSpool(tmp_path / "spool", segment_bytes=300)
    given_ = [payload(f"{place}", size=100) for place in range(10)]
    assert [spool.put(each) for each in given_] == [0] * 10
    assert drained(spool) == given_
    assert spool.first() is None
    assert list((tmp_path / "spool").iterdir()) == []


def test_what_was_sent_last_before_the_end_is_not_sent_again(tmp_path: Path) -> None:
    spool = DiskSpool(tmp_path)
    spool.put(payload("a"))
    assert spool.first() == payload("a")
    spool.sent()
    spool.close()
    assert drained(DiskSpool(tmp_path)) == []


def test_an_empty_spool_leaves_no_directory_and_another_process_makes_it_again(tmp_path: Path) -> None:
    one, two = DiskSpool(tmp_path / "spool"), DiskSpool(tmp_path / "spool")
    one.close()
    assert not (tmp_path / "spool").exists()
    assert two.put(payload("a")) == 0
    two.close()
    assert drained(DiskSpool(tmp_path / "spool")) == [payload("a")]


def test_only_the_user_may_read_it(tmp_path: Path) -> None:
    spool = DiskSpool(tmp_path / "spool")
    spool.put(payload("secret"))
    [segment] = (tmp_path / "spool").iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (segment, segment.parent)] == [0o600, 0o700]


def test_nobody_takes_the_segment_of_a_process_that_lives(tmp_path: Path) -> None:
    mine, other = DiskSpool(tmp_path), DiskSpool(tmp_path)
    mine.put(payload("mine"))
    assert other.first() is None
    mine.close()
    assert drained(other) == [payload("mine")]


def test_two_processes_never_send_the_same_segment(tmp_path: Path) -> None:
    dead = DiskSpool(tmp_path)
    dead.put(payload("left"))
    dead.close()
    one, two = DiskSpool(tmp_path), DiskSpool(tmp_path)
    assert one.first() == payload("left")
    assert two.first() is None


def test_a_claimed_segment_whose_sender_died_is_claimed_again(tmp_path: Path) -> None:
    dead = DiskSpool(tmp_path)
    dead.put(payload("left"))
    dead.close()
    unlucky = DiskSpool(tmp_path)
    assert unlucky.first() == payload("left")
    unlucky.close()
    assert drained(DiskSpool(tmp_path)) == [payload("left")]


def test_what_a_process_of_the_same_pid_had_claimed_is_not_lost(tmp_path: Path) -> None:
    # As in containers, where every process has the pid of the last one.
    for age, (name, text) in enumerate([("1-1.seg", "old"), (f"{os.getpid()}-1.claimed", "left by a death")]):
        tmp_path.joinpath(name).write_bytes(framed(payload(text)))
        os.utime(tmp_path / name, (age, age))
    assert drained(DiskSpool(tmp_path)) == [payload("old"), payload("left by a death")]


def test_the_oldest_goes_when_it_is_full_and_is_counted(tmp_path: Path) -> None:
    spool = DiskSpool(tmp_path, segment_bytes=1_000, spool_bytes=3_000)
    given_ = [payload(f"{place}", items=2, size=990) for place in range(5)]
    gone = sum(spool.put(each) for each in given_)
    left = drained(spool)
    assert left == given_[-len(left) :]
    assert gone == 2 * (5 - len(left)) > 0


def test_in_memory_the_oldest_goes_too(tmp_path: Path) -> None:
    spool = MemorySpool(most_bytes=250)
    assert [spool.put(payload(f"{place}", items=3, size=100)) for place in range(4)] == [0, 0, 3, 3]
    assert [each.body[:1] for each in drained(spool)] == [b"2", b"3"]


def test_another_server_key_or_project_has_another_spool(tmp_path: Path) -> None:
    here = Endpoint("http://a", {"authorization": "Bearer fl_1"})
    for other in (
        Endpoint("http://b", here.headers),
        Endpoint("http://a", {"authorization": "Bearer fl_2"}),
        Endpoint("http://a", {**here.headers, "x-fanlight-project": "p"}),
    ):
        spool = open_spool(tmp_path, other)
        spool.put(payload("theirs"))
        spool.close()
    mine = open_spool(tmp_path, here)
    assert mine.first() is None
    assert "fl_1" not in "".join(str(path) for path in tmp_path.rglob("*"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_cannot_be_written_leaves_memory(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert isinstance(open_spool(tmp_path / "spool", Endpoint("http://a", {})), MemorySpool)


def test_a_path_that_is_no_directory_leaves_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert isinstance(open_spool(tmp_path / "file", Endpoint("http://a", {})), MemorySpool)
