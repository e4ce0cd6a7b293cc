from __future__ import annotations

from openchair.places.tests.building_fixture import gazetteer, gazetteer_path

__all__ = ["gazetteer", "gazetteer_path"]
