import threading
from collections.abc import Sequence

import pytest
from pytestqt.qtbot import QtBot

from ss_admin.client.api_keys import ApiKeyQuery
from ss_admin.client.errors import ServerUnreachable
from ss_admin.desktop.api_keys.bulk import BulkProgress, CheckedKeys, ChunkRun
from ss_admin.desktop.api_keys.delete_dialog import KeyFacts
from ss_admin.desktop.api_keys.table.selection import Checks
from ss_admin.desktop.background import Background
from tests.support.sample_keys import SampleApiKeys


def find(
    api_keys: SampleApiKeys, background: Background, qtbot: QtBot, checks: Checks, query: ApiKeyQuery | None = None
) -> list[KeyFacts]:
    finder = CheckedKeys(api_keys, background)
    with qtbot.waitSignal(finder.found) as found:
        finder.find(checks, query or ApiKeyQuery())
    return found.args[0]


def test_all_that_match_is_found_a_thousand_at_a_time(qtbot: QtBot, background: Background) -> None:
    api_keys = SampleApiKeys.of(2_500)
    keys = find(api_keys, background, qtbot, Checks(everything=True, ids=frozenset({"key-7", "key-2000"})))
    assert len(keys) == 2_498
    assert {key.id for key in keys} == {f"key-{number}" for number in range(2_500)} - {"key-7", "key-2000"}
    assert [call.limit for call in api_keys.calls] == [1_000] * 3


def test_all_that_match_means_the_filter(qtbot: QtBot, background: Background) -> None:
    keys = find(SampleApiKeys.of(50), background, qtbot, Checks(everything=True), ApiKeyQuery(search="integration 4"))
    assert len(keys) == 11


def test_a_few_checked_keys_are_asked_for_one_by_one_whatever_the_filter(qtbot: QtBot, background: Background) -> None:
    api_keys = SampleApiKeys.of(500)
    query = ApiKeyQuery(search="nothing like it")
    keys = find(api_keys, background, qtbot, Checks(ids=frozenset({"key-3", "key-400", "long gone"})), query)
    assert {key.name for key in keys} == {"Integration 3", "Integration 400"}
    assert api_keys.calls == []


def test_many_checked_keys_are_found_whatever_the_filter_and_the_search_ends_with_the_last(
    qtbot: QtBot, background: Background
) -> None:
    api_keys = SampleApiKeys.of(5_000)
    ids = frozenset(f"key-{number}" for number in range(1_100, 1_150))
    keys = find(api_keys, background, qtbot, Checks(ids=ids), ApiKeyQuery(search="nothing like it"))
    assert {key.id for key in keys} == ids
    assert len(api_keys.calls) == 2


def test_a_search_that_is_given_up_says_nothing_more(qtbot: QtBot, background: Background) -> None:
    api_keys = SampleApiKeys.of(5_000)
    api_keys.hold()
    finder = CheckedKeys(api_keys, background)
    with qtbot.assertNotEmitted(finder.found):
        finder.find(Checks(everything=True), ApiKeyQuery())
        finder.cancel()
        api_keys.release()
        assert background.wait_idle()


@pytest.mark.parametrize(("count", "chunks"), [(1, [1]), (500, [500]), (501, [500, 1]), (1_200, [500, 500, 200])])
def test_up_to_five_hundred_are_one_transaction_and_more_go_in_chunks(
    qtbot: QtBot, background: Background, count: int, chunks: list[int]
) -> None:
    acted: list[int] = []

    def act(ids: Sequence[str]) -> tuple[int, int]:
        acted.append(len(ids))
        return len(ids) - 1, 1

    run = ChunkRun([str(number) for number in range(count)], act, background)
    with qtbot.waitSignal(run.finished) as finished:
        run.start()
    assert acted == chunks
    assert finished.args == [BulkProgress(count - len(chunks), len(chunks), count)]


def test_a_run_stops_after_the_chunk_under_way_and_says_how_far_it_got(qtbot: QtBot, background: Background) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def act(ids: Sequence[str]) -> tuple[int, int]:
        begun.set()
        assert go_on.wait(10)
        return len(ids), 0

    run = ChunkRun([str(number) for number in range(2_000)], act, background)
    with qtbot.waitSignal(run.finished) as finished:
        run.start()
        assert begun.wait(10)
        run.stop()
        go_on.set()
    assert finished.args == [BulkProgress(500, 0, 2_000)]


def test_a_failure_tells_what_was_done_before_it(qtbot: QtBot, background: Background) -> None:
    calls: list[int] = []

    def act(ids: Sequence[str]) -> tuple[int, int]:
        calls.append(len(ids))
        if len(calls) == 2:
            raise ServerUnreachable("connection refused")
        return len(ids), 0

    run = ChunkRun([str(number) for number in range(1_300)], act, background)
    with qtbot.waitSignal(run.failed) as failed:
        run.start()
    assert failed.args[1] == BulkProgress(500, 0, 1_300)
    assert len(calls) == 2
