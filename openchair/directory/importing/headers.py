"""What a column or a key is called in the wild, and the one name it has here."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def words(text: str) -> frozenset[str]:
    """Return the words of a list written out as text."""
    return frozenset(text.split())


# Every key of a Meeting Guide feed, of the plugin that makes most of them, and ours. Source: code4recovery/spec 1.1.9.
FIELDS = words(
    """
    name slug day time end_time duration timezone rule published open fellowship languages attendance
    formatted_address address city state postal_code country latitude longitude coordinates approximate
    region sub_region sub_sub_region regions location location_notes notes types
    group group_id group_notes district sub_district districts
    conference_url conference_url_notes conference_phone conference_phone_notes
    venmo square paypal homegroup_online
    url edit_url feedback_emails feedback_url updated
    entity entity_email entity_location entity_logo entity_phone entity_website_url entity_url
    contact_1_name contact_1_email contact_1_phone contact_2_name contact_2_email contact_2_phone
    contact_3_name contact_3_email contact_3_phone
    website website_2 email phone mailing_address last_contact data_source data_source_name
    source_key world_id body_key body_name
    """
)

# What the plugin keeps for itself and lets slip into public feeds. Kept for re-export, never understood.
INTERNAL = words(
    """
    id location_id region_id district_id time_formatted location_url author import_hash source_slug
    source_formatted_address source_region source_sub_region image distance __v
    """
)

# Keys whose values name people or open doors: kept so that nothing is lost, never to be published.
PRIVATE_EXTRA = words(
    """
    author admin_notes email_contact contact_email contact_email_1 contact_email_2 contact_name_1 contact_name_2
    contact_phone_1 contact_phone_2 created_by updated_by last_modified_by owner user user_email user_id
    """
)

# In plain words, by the key they stand for. Accents, case and punctuation are ignored when comparing.
_WORDS: dict[str, str] = {
    "name": "meeting, meeting name, name of meeting, title, post title, committee name, nombre, nombre de la reunion, "
    "nombre de reunion, reunion, nom, nom de la reunion, titre, name des meetings, treffen, meetingname, nome, nome da reuniao, "
    "nome riunione, motesnamn, namn, naam",
    "slug": "post name, meeting id slug",
    "day": "weekday, day of week, day of the week, days, meeting day, dia, dias, dia de la semana, jour, jours, "
    "jour de la semaine, tag, wochentag, giorno, dag, veckodag, dia da semana",
    "time": "start time, start, starts, starts at, begins, begin, meeting time, time start, from, hora, hora de inicio, "
    "inicio, heure, heure de debut, debut, uhrzeit, zeit, beginn, ora, orario, tid, starttid, hora de comeco, horario",
    "end_time": "end, ends, ends at, finish, time end, until, to, hora de fin, hora final, fin, heure de fin, ende, "
    "ora fine, sluttid, termino",
    "duration": "length, minutes, duration minutes, duration time, how long, duracion, duree, dauer, durata, langd, duracao",
    "timezone": "time zone, tz, zone, zona horaria, fuseau horaire, zeitzone, fuso orario, fuso horario, tidszon",
    "rule": "rrule, recurrence, recurrence rule, repeats",
    "published": "is published, publicado, publie",
    "open": "open closed, open or closed, is open, abierta o cerrada, ouverte ou fermee",
    "fellowship": "fellowship and type, programme, program, meeting type namespace, fraternidad, comunidad, fraternite, "
    "gemeinschaft, organization type",
    "languages": "language, meeting language, spoken language, idioma, idiomas, lengua, langue, langues, sprache, sprak, lingua",
    "attendance": "attendance option, in person or online, in person online, online or in person, mode, modalidad, "
    "modalite, meeting mode, venue type, meeting venue type",
    "formatted_address": "full address, address full, direccion completa, adresse complete, formatted location",
    "address": "street, street address, address 1, address line 1, direccion, calle, domicilio, adresse, rue, strasse, "
    "anschrift, indirizzo, adress, gata, endereco, rua, location address, venue address, street 1",
    "city": "town, town city, city town, municipality, ciudad, poblacion, localidad, municipio, ville, commune, stadt, ort, "
    "citta, comune, stad, cidade, locality, location city",
    "state": "province, state province, st, county state, estado, provincia, departement, bundesland, location state",
    "postal_code": "zip, zip code, zipcode, postcode, post code, postalcode, codigo postal, cp, code postal, plz, postleitzahl, "
    "cap, postnummer, cep, eircode, location zip",
    "country": "nation, pais, pays, land, paese, location country",
    "latitude": "lat, latitud, breitengrad, latitudine",
    "longitude": "lng, lon, long, longitud, langengrad, longitudine",
    "coordinates": "coords, lat lng, lat long, gps, coordenadas, coordonnees",
    "approximate": "is approximate",
    "region": "area, neighborhood, neighbourhood, area region, zona, region name, quartier, barrio, gebiet, regione",
    "sub_region": "subregion, sub area, subregion name",
    "sub_sub_region": "subsubregion",
    "location": "location name, venue, venue name, place, place name, building, meeting place, facility, lugar, sede, local, "
    "ubicacion, lieu, endroit, salle, veranstaltungsort, treffpunkt, luogo, plats, lokal",
    "location_notes": "venue notes, location info, directions, location details, location note, notas de ubicacion, "
    "notas del lugar, notes sur le lieu, precisions sur le lieu, hinweise zum ort",
    "notes": "note, meeting notes, description, desc, details, comments, comment, info, additional info, "
    "additional information, remarks, notas, descripcion, comentarios, remarques, commentaires, bemerkungen, hinweise, "
    "beschreibung, anteckningar, observacoes, descricao",
    "group": "group name, home group, homegroup, grupo, nombre del grupo, groupe, nom du groupe, gruppe, gruppenname, gruppo, "
    "grupp, nome do grupo",
    "group_id": "group number, gso number, service number",
    "group_notes": "group note, notas del grupo, notes du groupe",
    "district": "district name, district number, distrito, distrikt, distretto",
    "sub_district": "subdistrict",
    "types": "type, meeting types, meeting type codes, categories, category, format, formats, meeting format, tags, codes, tipo, "
    "tipos, tipo de reunion, categoria, categorias, formato, format de reunion, art, typ, typen, typer",
    "conference_url": "video, zoom, zoom link, zoom url, online link, online url, meeting link, meeting url, video link, video url, "
    "video conference url, virtual meeting link, join link, join url, virtual link, link, enlace, enlace zoom, "
    "enlace de la reunion, lien, lien zoom, lien de la reunion, online meeting url, online meeting link, liens",
    "conference_url_notes": "virtual meeting info, virtual meeting additional info, online notes, zoom notes, online info",
    "conference_phone": "phone meeting number, dial in, dial in number, phone in, telephone meeting, phone number to join",
    "conference_phone_notes": "dial in notes, phone notes",
    "homegroup_online": "homegroup online code",
    "venmo": "venmo handle",
    "square": "cash app, cashapp, square cash",
    "paypal": "paypal me, paypal handle",
    "url": "permalink, meeting page, page url",
    "edit_url": "edit link",
    "feedback_emails": "feedback email",
    "updated": "last updated, last update, updated at, modified, last modified, last changed, date updated, actualizado, "
    "mis a jour, aktualisiert",
    "website": "web site, group website, web, web page, homepage, site web, sitio web, pagina web, webseite, webbplats, site",
    "website_2": "website2, web site 2",
    "email": "e mail, group email, email address, correo, correo electronico, courriel, mail",
    "phone": "telephone, group phone, phone number, tel, telefono, telephone du groupe, telefon, telefone",
    "contact_1_name": "point of contact, contact, contact name, contacto, kontakt",
    # A contact is a person the group named to the office: never the group's own public address.
    "contact_1_email": "contact email",
    "contact_1_phone": "contact phone, contact 1 tel, contact 1 telephone",
    "mailing_address": "postal address, direccion postal, adresse postale",
    "last_contact": "last contacted",
    "body_name": "intergroup, service body, service body name, area service committee, parent name, intergrupo, intergroupe",
    "world_id": "worldid, worldid mixed, committee, naws id",
}

_FOLD = re.compile(r"[^0-9a-z]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def fold(text: str) -> str:
    """Return `text` as a key: words of a-z and 0-9 without accents, joined by `_` ("meetingNotes" → "meeting_notes")."""
    words = _CAMEL.sub(" ", text[:100])
    plain = unicodedata.normalize("NFKD", words.replace("ß", "ss")).casefold()
    return _FOLD.sub("_", plain.encode("ascii", "ignore").decode()).strip("_")


_KEYS: dict[str, str] = {
    **{key: key for key in FIELDS},
    **{fold(word): key for key, words in _WORDS.items() for word in words.split(",")},
}


@lru_cache(maxsize=4096)
def canonical_key(header: str) -> str:
    """Return the name that `header` has here, "" when nobody here knows it."""
    folded = fold(header)
    return _KEYS.get(folded) or _KEYS.get(folded.replace("_", ""), "")
