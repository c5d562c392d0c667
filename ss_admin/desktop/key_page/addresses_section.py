"""“Addresses”: where the last calls came from, since when, and how many."""

from PySide6.QtWidgets import QWidget

from ss_admin.contract.usage import ApiKeyAddresses
from ss_admin.desktop.key_page.facts_table import FactColumn, FactsModel, FactsTable
from ss_admin.desktop.key_page.section import Section
from ss_admin.desktop.moments import Clock, ago, exact_moment
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import wrapped_label

__all__ = ["AddressesSection"]

_NONE = "No call with this key has come in yet."


class AddressesSection(Section):
    """The last five addresses, the latest first."""

    def __init__(self, *, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__("Addresses", theme=theme, name="keyPage.addresses", skeleton=140, parent=parent)
        self.model = FactsModel(
            (
                FactColumn("Address", lambda row: row.address),
                FactColumn(
                    "First seen",
                    lambda row: ago(row.first_seen_at, clock()),
                    lambda row: exact_moment(row.first_seen_at),
                    112,
                ),
                FactColumn(
                    "Last seen",
                    lambda row: ago(row.last_seen_at, clock()),
                    lambda row: exact_moment(row.last_seen_at),
                    112,
                ),
                FactColumn("Calls", lambda row: f"{row.calls:,}", width=80, is_number=True),
            ),
            self,
        )
        self.table = FactsTable(self.model, name="keyPage.addresses.table", label="Last addresses")
        self.more = wrapped_label("", "caption")
        self.content.addWidget(self.table)
        self.content.addWidget(self.more)

    def show_addresses(self, found: ApiKeyAddresses) -> None:
        """Shows the answer."""
        self.model.show_items(found.items)
        self.table.setVisible(bool(found.items))
        more = found.known - len(found.items)
        earlier = "1 earlier address is" if more == 1 else f"{more:,} earlier addresses are"
        text = f"{earlier} on record." if more > 0 else "" if found.items else _NONE
        self.more.setText(text)
        self.more.setVisible(bool(text))
        self.show_content()
