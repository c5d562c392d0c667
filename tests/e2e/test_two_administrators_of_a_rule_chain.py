"""Two administrators change one rule chain at the same time: both versions are shown, and nothing is lost silently."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit

from ss_admin.client.connection import Connection
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.rule_chains import RuleChainChange, RuleChainDetail
from ss_admin.desktop.rule_chains.chain_page import ChainPage
from tests.support.real_window import RealApp, close_dialogs, wait_until

MINE = "Renamed by Maria"
THEIRS = "Renamed by Jonas"


@pytest.fixture
def jonas(jonas_connection: Connection) -> RuleChainsClient:
    """The other administrator, at another workstation."""
    return RuleChainsClient(jonas_connection)


@pytest.fixture
def opened(app: RealApp, jonas: RuleChainsClient) -> RuleChainDetail:
    """The chain that Maria has open, as it is stored; the keyboard is at its name."""
    app.go_to_page("Rule Chains")
    wait_until(lambda: app.rule_chains.list.model.rowCount() > 0, "the list is there")
    app.tab_to("ruleChains.table")
    app.press("ctrl+Home", "Return")
    wait_until(lambda: app.rule_chains.is_chain_open and app.rule_chains.chain.saving.base, "the chain is open")
    app.background.wait_idle()
    base = app.rule_chains.chain.saving.base
    assert base is not None
    return base


@pytest.fixture
def edited(app: RealApp, jonas: RuleChainsClient, opened: RuleChainDetail) -> RuleChainDetail:
    """What Jonas made of the chain while Maria renamed it; her saving has been turned away."""
    app.find(QLineEdit, "ruleChainEditor.name").setFocus()
    app.press("ctrl+a")
    app.write(MINE)
    definition = {**opened.definition, "nodes": [{**node, "name": f"{node['name']} 2"} for node in nodes_of(opened)]}
    theirs = RuleChainChange(name=THEIRS, is_external=False, definition=definition)
    changed = jonas.change(opened.id, theirs, version=opened.version)
    app.press("ctrl+s")
    app.wait_active("ruleChainConflict")
    return changed


def nodes_of(chain: RuleChainDetail) -> list[dict[str, object]]:
    return list(chain.definition["nodes"])


def page_of(app: RealApp) -> ChainPage:
    return app.rule_chains.chain


def shown(app: RealApp, whose: str, field: str) -> str:
    return app.find(QLabel, f"ruleChainConflict.{whose}.{field}").text()


def test_both_versions_are_shown_and_use_mine_saves_what_was_changed_here_alone(
    app: RealApp, jonas: RuleChainsClient, edited: RuleChainDetail
):
    assert MINE in shown(app, "yours", "Name")
    assert THEIRS in shown(app, "theirs", "Name")
    assert (shown(app, "yours", "Is External"), shown(app, "theirs", "Is External")) == ("On", "Off")
    app.press("Escape")
    wait_until(lambda: not app.sees("ruleChainConflict"), "back to what was typed")
    assert app.find(QLineEdit, "ruleChainEditor.name").text() == MINE
    assert jonas.get(edited.id) == edited
    app.press("ctrl+s")
    app.wait_active("ruleChainConflict")
    app.tab_to("ruleChainConflict.useMine")
    app.press("space")
    wait_until(lambda: jonas.get(edited.id).name == MINE, "saved")
    after = jonas.get(edited.id)
    assert (after.is_external, after.definition) == (False, edited.definition)
    wait_until(lambda: not page_of(app).has_changes(), "nothing is left to save")


def test_load_theirs_saves_nothing_and_keeps_mine_to_be_brought_back(
    app: RealApp, jonas: RuleChainsClient, edited: RuleChainDetail
):
    app.tab_to("ruleChainConflict.keepTheirs")
    app.press("space")
    name = app.find(QLineEdit, "ruleChainEditor.name")
    wait_until(lambda: name.text() == THEIRS, "theirs is shown")
    assert jonas.get(edited.id) == edited
    app.find(QAbstractButton, "ruleChain.notice.action").click()
    wait_until(lambda: name.text() == MINE, "mine is back")
    app.press("ctrl+s")
    wait_until(lambda: jonas.get(edited.id).name == MINE, "saved over theirs, knowingly")
    assert jonas.get(edited.id).definition == edited.definition


def test_what_is_done_from_the_list_spares_what_somebody_else_changed_first(
    app: RealApp, jonas: RuleChainsClient, opened: RuleChainDetail
):
    changed = jonas.change(opened.id, RuleChainChange(name=THEIRS), version=opened.version)
    actions = app.rule_chains.actions_on_chain
    actions.set_enabled(opened, False)
    wait_until(lambda: app.sees("ruleChains.message"), "it is said that nothing was switched")
    close_dialogs()
    dialog = actions.delete(opened)
    app.wait_active("ruleChainDelete")
    app.tab_to("ruleChainDelete.primary")
    app.press("space")
    wait_until(lambda: dialog.notice, "it is said that nothing was deleted")
    assert jonas.get(opened.id) == changed


def test_what_was_typed_stays_readable_when_somebody_else_deleted_the_chain(
    app: RealApp, jonas: RuleChainsClient, opened: RuleChainDetail
):
    app.find(QLineEdit, "ruleChainEditor.name").setFocus()
    app.press("ctrl+a")
    app.write(MINE)
    jonas.delete(opened.id, version=opened.version)
    app.press("ctrl+s")
    wait_until(lambda: page_of(app).saving.is_gone, "it is said")
    assert app.find(QLineEdit, "ruleChainEditor.name").text() == MINE
