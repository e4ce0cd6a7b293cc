"""The tables of a gazetteer, shared by what builds one and what reads it."""

from __future__ import annotations

from math import floor

CREDIT = "GeoNames (CC BY 4.0), www.geonames.org"
# Raised whenever the same packages make another file.
SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE postal (
  code TEXT, country TEXT, name TEXT, admin1 TEXT, latitude REAL, longitude REAL, timezone TEXT,
  PRIMARY KEY (code, country)) WITHOUT ROWID;
CREATE TABLE place (
  id INTEGER PRIMARY KEY, kind TEXT, name TEXT, country TEXT, admin1 TEXT, latitude REAL, longitude REAL,
  timezone TEXT, population INTEGER, weight INTEGER, cell INTEGER);
CREATE TABLE name (folded TEXT, place INTEGER, is_other INTEGER, PRIMARY KEY (folded, place)) WITHOUT ROWID;
CREATE TABLE region_name (folded TEXT, country TEXT, admin1 TEXT, PRIMARY KEY (folded, country, admin1)) WITHOUT ROWID;
CREATE TABLE country_name (folded TEXT PRIMARY KEY, country TEXT) WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX city_by_cell ON place (cell) WHERE cell IS NOT NULL;
CREATE INDEX city_by_population ON place (population DESC) WHERE cell IS NOT NULL;
"""


def cell_of(*, latitude: float, longitude: float) -> int:
    """Return the number of the square degree that a point lies in, west to east and south to north."""
    return (floor(latitude) + 90) * 361 + floor(longitude) + 180
