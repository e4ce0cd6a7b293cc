"""`openchair places`: build the gazetteer, or see what it makes of a text."""

from __future__ import annotations

import argparse
import sys

from openchair.lib.installation import read_installation
from openchair.places.building import UnknownCountry, build_places
from openchair.places.gazetteer import CREDIT, Gazetteer, NoGazetteer
from openchair.places.package_data import NoPlaceData

HELP = "build the gazetteer of postal codes and cities, or look a place up in it"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--countries",
        help="ISO codes such as US,CA,GB, or ALL (default: the setting PLACES_COUNTRIES)",
    )
    parser.add_argument("--force", action="store_true", help="build even when up to date")
    parser.add_argument(
        "--find", metavar="TEXT", help="say what place TEXT means, and build nothing"
    )


def run(arguments: argparse.Namespace) -> int:
    """Build, or with --find look up. Return 0, 1 when nothing was found, 2 when it could not be done."""
    try:
        return _find(arguments.find) if arguments.find else _build(arguments)
    except (UnknownCountry, NoPlaceData, NoGazetteer, OSError) as error:
        print(f"openchair places: {error}", file=sys.stderr)
        return 2


def _build(arguments: argparse.Namespace) -> int:
    installation = read_installation()
    countries = (
        arguments.countries.split(",") if arguments.countries else installation.places_countries
    )
    print(build_places(path=installation.places_file, countries=countries, force=arguments.force))
    return 0


def _find(text: str) -> int:
    installation = read_installation()
    gazetteer = Gazetteer.open(path=installation.places_file)
    try:
        place = gazetteer.lookup(text=text, prefer=(installation.country,))
        if place is None:
            print(f"No place is known by {text!r}.")
            return 1
        region = gazetteer.region_name(country=place.country, admin1=place.admin1)
    finally:
        gazetteer.close()
    where = ", ".join(filter(None, [place.name, region, place.country]))
    print(
        f"{where} ({place.kind}): {place.latitude:.4f}, {place.longitude:.4f}, "
        f"{place.timezone or 'several time zones'}. Data: {CREDIT}."
    )
    return 0
