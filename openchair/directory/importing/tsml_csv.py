"""The CSV template of the 12-Step-Meeting-List plugin, and what the plugin exports: its columns in any order, always English."""

from __future__ import annotations

from openchair.directory.importing import headers, spreadsheet
from openchair.directory.importing.tables import Table, find_header
from openchair.directory.listing import Parsed

FORMAT = "tsml-csv"

# Few sheets kept by hand have these; the plugin's template has all.
_SIGNATURE = headers.words(
    """end_time sub_region location_notes group_notes sub_district mailing_address contact_1_name contact_1_email
    contact_2_name last_contact conference_url conference_phone author slug website_2 venmo homegroup_online"""
)
_LEAST_SIGNATURE = 6


def recognises(*, table: Table) -> bool:
    """Say whether the header of a table is the plugin's."""
    header_at, _ = find_header(table.rows)
    cells = table.rows[header_at] if table.rows else []
    return len({headers.fold(cell) for cell in cells} & _SIGNATURE) >= _LEAST_SIGNATURE


def parse(*, table: Table) -> Parsed:
    """Return the rows of the plugin's CSV. Its Address is the whole formatted address. Raise CannotRead without a header."""
    return spreadsheet.parse(table=table, format_name=FORMAT)
