"""A change is followed to the last server: told under the list, and never in anybody's way."""

import pytest

from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.desktop.api_keys import following
from ss_admin.desktop.api_keys.delete_dialog import DeleteKeyDialog, DeleteKeysDialog
from ss_admin.desktop.api_keys.editor.editor_dialog import ApiKeyEditor
from ss_admin.desktop.widgets import following_mark
from ss_admin.desktop.widgets.dialog import Question
from tests.support.sample_keys import not_found, propagated


@pytest.fixture
def page(sample_page):
    return sample_page[0]


@pytest.fixture
def api_keys(sample_page):
    return sample_page[1]


@pytest.fixture
def told(page):
    """The texts that were told, each once."""
    texts = []

    def take(now):
        text = "" if now is None else now.text
        if text and texts[-1:] != [text]:
            texts.append(text)

    page.follower.told.connect(take)
    return texts


def late(*, rounds, then=()):
    return [propagated("key-1", 12, None)] * rounds + list(then)


def test_disabled_key_is_refused_everywhere(page, qtbot):
    page.actions_on_key.set_status(page.model.api_key(1), ApiKeyStatus.DISABLED)
    mark = page.line.following
    qtbot.waitUntil(lambda: mark.text == f"“{page.model.api_key(1).name}”: Refused everywhere after 84 ms")
    assert mark.isVisible()


def test_enabled_key_is_in_effect_everywhere(page, qtbot, settled):
    page.actions_on_key.set_status(page.model.api_key(1), ApiKeyStatus.DISABLED)
    settled()
    page.actions_on_key.set_status(page.model.api_key(1), ApiKeyStatus.ACTIVE)
    qtbot.waitUntil(lambda: page.line.following.text.endswith("In effect everywhere after 84 ms"))


def test_deleted_key_is_refused_everywhere(page, qtbot):
    name = page.model.api_key(1).name
    page.actions_on_key.delete(page.model.api_key(1))
    page.findChild(DeleteKeyDialog).primary_button.click()
    qtbot.waitUntil(lambda: page.line.following.text == f"“{name}”: Refused everywhere after 84 ms")


def test_servers_are_waited_for_and_named_when_they_are_late(page, api_keys, qtbot, told):
    api_keys.propagations = late(rounds=9, then=[propagated("key-1", 12, 1234)])
    page.actions_on_key.set_status(page.model.api_key(1), ApiKeyStatus.DISABLED)
    qtbot.waitUntil(lambda: "Refused" in page.line.following.text)
    assert told == [
        "Waiting for 1 server …",
        "Disabled, but backend-2:4711 still lets it through",
        "Refused everywhere after 1.2 s",
    ]


def test_change_that_comes_everywhere_at_once_is_not_waited_for(page, api_keys, qtbot, told):
    api_keys.propagations = late(rounds=1)
    page.actions_on_key.set_status(page.model.api_key(1), ApiKeyStatus.DISABLED)
    qtbot.waitUntil(lambda: told == ["Refused everywhere after 84 ms"])


def test_what_is_good_goes_by_itself_and_who_is_late_stays(page, api_keys, qtbot, monkeypatch):
    monkeypatch.setattr(page.line.following._timer, "start", page.line.following._timer.timeout.emit)
    page.actions_on_key.set_status(page.model.api_key(1), ApiKeyStatus.DISABLED)
    with qtbot.waitSignal(page.follower.told, check_params_cb=lambda now: now is not None):
        pass
    assert page.line.following.text == ""
    assert following_mark.SHOWN_MS >= 5000
    api_keys.propagations = late(rounds=100)
    page.actions_on_key.set_status(page.model.api_key(2), ApiKeyStatus.DISABLED)
    qtbot.waitUntil(lambda: "still lets it through" in page.line.following.text)


def test_newer_change_takes_the_place_of_the_older(page, api_keys, qtbot, settled):
    api_keys.propagations = late(rounds=3)
    page.actions_on_key.set_status(page.model.api_key(1), ApiKeyStatus.DISABLED)
    settled()
    page.actions_on_key.set_status(page.model.api_key(2), ApiKeyStatus.DISABLED)
    name = page.model.api_key(2).name
    qtbot.waitUntil(lambda: page.line.following.text.startswith(f"“{name}”"))
    assert page.follower._change.api_key_id == page.model.api_key(2).id


def test_server_that_cannot_say_is_not_asked_again_and_nobody_is_bothered(page, api_keys, qtbot, settled, monkeypatch):
    asked, failures = [], []
    page.failed.connect(failures.append)

    def refuse(api_key_id):
        asked.append(api_key_id)
        raise not_found()

    monkeypatch.setattr(api_keys, "propagation", refuse)
    page.actions_on_key.set_status(page.model.api_key(1), ApiKeyStatus.DISABLED)
    qtbot.waitUntil(lambda: asked != [])
    qtbot.wait(2 * following.ASK_AGAIN_MS)
    settled()
    assert (len(asked), failures, page.line.following.text) == (1, [], "")


def test_page_that_is_gone_asks_no_more(page, api_keys, qtbot, settled):
    api_keys.propagations = late(rounds=100)
    page.actions_on_key.set_status(page.model.api_key(1), ApiKeyStatus.DISABLED)
    settled()
    page.follower.deleteLater()
    qtbot.wait(50)
    settled()
    left = len(api_keys.propagations)
    qtbot.wait(2 * following.ASK_AGAIN_MS)
    assert len(api_keys.propagations) == left


def check(page, *rows):
    page.checks.set_checked([page.model.api_key(row).id for row in rows], checked=True)


@pytest.fixture
def asked_for(api_keys, monkeypatch):
    """The keys that were asked for."""
    ids = []

    def note(api_key_id):
        ids.append(api_key_id)
        return propagated(api_key_id, 84)

    monkeypatch.setattr(api_keys, "propagation", note)
    return ids


def test_of_many_disabled_keys_the_last_one_that_was_changed_counts(page, api_keys, qtbot, settled, asked_for):
    page.actions_on_key.set_status(page.model.api_key(3), ApiKeyStatus.DISABLED)
    settled()
    asked_for.clear()
    check(page, 1, 2, 3)
    by_name = sorted((page.model.api_key(row) for row in (1, 2)), key=lambda key: key.name.casefold())
    page.head.disable_button.click()
    settled()
    page.findChild(Question, "apiKeysDisable").primary_button.click()
    qtbot.waitUntil(lambda: page.line.following.text == "3 API keys: Refused everywhere after 84 ms")
    assert asked_for == [by_name[-1].id]


def test_many_keys_that_were_so_already_are_not_followed(page, qtbot, settled, asked_for):
    check(page, 1, 2)
    page.head.enable_button.click()
    settled()
    assert asked_for == []


def test_many_deleted_keys_are_followed(page, qtbot, settled, asked_for):
    check(page, 1, 2)
    page.head.delete_button.click()
    settled()
    page.findChild(DeleteKeysDialog).primary_button.click()
    qtbot.waitUntil(lambda: page.line.following.text == "2 API keys: Refused everywhere after 84 ms")


@pytest.mark.parametrize(
    ("status", "name", "words"),
    [
        (ApiKeyStatus.DISABLED, None, "Refused everywhere after 84 ms"),
        (None, "Renamed", "In effect everywhere after 84 ms"),
    ],
)
def test_key_that_was_saved_in_the_editor_is_followed(page, qtbot, status, name, words):
    before = page.model.api_key(1)
    editor = page.editing.open(before)
    after = before.model_copy(
        update={"version": before.version + 1, "status": status or before.status, "name": name or before.name}
    )
    assert isinstance(editor, ApiKeyEditor)
    editor.saved.emit(after)
    qtbot.waitUntil(lambda: page.line.following.text == f"“{after.name}”: {words}")
    editor.close()
