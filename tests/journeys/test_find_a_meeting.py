"""Someone looks for a meeting: by words, by filters, near them, on the map, without script, without a network."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK

CAMBRIDGE = {"latitude": 42.3736, "longitude": -71.1097}


def cards(page: Page):
    return page.locator("#results [data-cards] > li")


def total(page: Page) -> int:
    heading = page.get_by_role("heading", level=1).inner_text()
    return int(re.sub(r"\D", "", heading) or 0)


def test_by_words_and_what_was_understood_can_be_taken_away(open_page):
    page = open_page("/")

    page.get_by_role("searchbox").fill("women near 02139")
    page.get_by_role("searchbox").press("Enter")

    expect(page).to_have_url(re.compile(r"/meetings\?q=women"))
    chips = page.get_by_role("list", name="What we understood").get_by_role("link")
    expect(chips).to_have_count(2)
    expect(cards(page).first).to_contain_text("Women")
    few = total(page)
    chips.filter(has_text="Women").click()
    expect(chips).to_have_count(1)
    assert total(page) > few


def test_a_meeting_has_its_door_its_calendar_entry_and_a_way_to_correct_it(open_page):
    page = open_page("/meetings?near=02139&attendance=in_person")

    cards(page).first.get_by_role("link").first.click()

    expect(page.get_by_role("link", name="Directions")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Add to calendar").click()
    assert download.value.suggested_filename.endswith(".ics")
    page.get_by_role("link", name="Tell us").click()
    page.get_by_role("textbox").first.fill("The side door is closed; use the front.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")


def test_by_filters_in_place_on_a_desk(open_page):
    page = open_page("/meetings", viewport=DESK)
    before = total(page)

    filters = page.get_by_role("navigation", name="Filters", exact=True)
    filters.get_by_role("link", name=re.compile("^Sunday")).click()

    expect(page).to_have_url(re.compile("day=0"))
    expect(page.get_by_role("heading", level=1)).not_to_have_text(re.compile(f"^{before} "))
    assert 0 < total(page) < before


def test_by_keyboard_one_stays_where_one_was_and_hears_the_count(open_page):
    page = open_page("/meetings?q=open")
    page.get_by_text("Filters", exact=True).click()
    filters = page.get_by_role("navigation", name="Filters for this list")

    filters.get_by_role("link", name=re.compile("^Sunday")).press("Enter")

    expect(page).to_have_url(re.compile("day=0"))
    expect(filters.get_by_role("link", name=re.compile("^✓? ?Sunday"))).to_be_focused()
    expect(page.get_by_role("status")).to_have_text(f"{total(page)} meetings")
    chips = page.get_by_role("list", name="What we understood").get_by_role("link")
    chips.filter(has_text="Sunday").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_a_place_is_typed_beside_the_list_letter_by_letter(open_page):
    page = open_page("/meetings?q=open", viewport=DESK)

    place = page.get_by_role("textbox", name="Near a town or postal code").first
    place.press_sequentially("02139")
    expect(place).to_be_focused()
    place.press("Enter")

    expect(page).to_have_url(re.compile("near=02139"))
    expect(page.get_by_role("list", name="What we understood")).to_contain_text("Within 5 mi")


def test_show_more_adds_to_the_list_and_keeps_the_place(open_page):
    page = open_page("/meetings")
    expect(cards(page)).to_have_count(20)

    page.get_by_role("link", name="Show more").click()

    expect(cards(page)).to_have_count(40)
    names = page.locator("#results [data-cards] > li h3 a").evaluate_all(
        "all => all.map(a => a.href)"
    )
    assert len(set(names)) == 40


def test_near_me_sends_a_rounded_position_and_only_on_a_click(open_page):
    page = open_page("/", geolocation=CAMBRIDGE, permissions=["geolocation"])

    page.get_by_role("button", name="Near me").click()

    expect(page).to_have_url(re.compile(r"lat=42\.37&lng=-71\.11$"))
    expect(cards(page).first).to_contain_text("Cambridge")
    expect(cards(page).first).to_contain_text(" mi")


def test_on_the_map_a_pin_leads_to_a_meeting(open_page):
    page = open_page("/map?q=near+02139", viewport=DESK)

    pin = page.locator(".map-pin").first
    expect(pin).to_be_visible()
    pin.click()

    expect(page.locator(".map-popup a").first).to_have_attribute("href", re.compile("^/meetings/"))


def test_a_pin_at_the_edge_stays_open_while_the_map_moves_to_show_it(open_page):
    page = open_page("/map?q=near+02139")
    map_box = page.locator("#map")
    expect(page.locator(".map-pin").first).to_be_visible()
    highest = page.locator(".map-pin").evaluate_all(
        "pins => pins.map(p => p.getBoundingClientRect().top).indexOf("
        "Math.min(...pins.map(p => p.getBoundingClientRect().top).filter(t => t > 120)))"
    )

    with page.expect_response(lambda answer: "bbox=" in answer.url):
        page.locator(".map-pin").nth(highest).press("Enter")

    expect(map_box.locator(".map-popup a").first).to_be_visible()
    expect(map_box.locator(".map-popup a").first).to_be_focused()


def test_everything_needed_works_without_script(open_page):
    page = open_page("/", java_script_enabled=False)

    page.get_by_role("searchbox").fill("open near 02139")
    page.get_by_role("searchbox").press("Enter")
    expect(cards(page).first).to_be_visible()
    cards(page).first.get_by_role("link").first.click()
    expect(page.get_by_role("link", name="Tell us")).to_be_visible()
    page.get_by_role("link", name="I need help now").first.click()
    expect(page.get_by_role("link", name=re.compile("988")).first).to_be_visible()


def test_after_one_visit_the_last_search_and_the_help_lines_are_there_offline(open_page):
    page = open_page("/meetings?q=women+near+02139", tolerant=True)
    first = cards(page).first.locator("h3").inner_text()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("caches.match('/meetings?last-search').then(found => Boolean(found))")
    page.wait_for_function("caches.match('/help').then(found => Boolean(found))")

    page.context.set_offline(True)
    page.goto("/help")
    expect(page.get_by_role("link", name=re.compile("988")).first).to_be_visible()
    page.goto("/meetings?q=something+else")
    expect(cards(page).first.locator("h3")).to_have_text(first)
    page.goto("/credits")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_saved_meeting_stays_in_this_browser(open_page):
    page = open_page("/meetings?near=02139")
    cards(page).first.get_by_role("link").first.click()
    name = page.get_by_role("heading", level=1).inner_text()

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Saved")).to_have_attribute("aria-pressed", "true")
    page.goto("/saved")

    expect(page.locator("[data-saved-list]")).to_contain_text(name)


def test_a_visitor_elsewhere_sees_their_own_time_beside_the_meetings(open_page):
    page = open_page("/meetings?attendance=online", timezone_id="Asia/Tokyo")

    expect(page.locator("[data-your-time]:visible").first).to_contain_text("your time")


def test_the_site_speaks_spanish_and_french_and_remembers(open_page):
    page = open_page("/", locale="es-MX")
    expect(page.locator("html")).to_have_attribute("lang", "es")

    page.locator("summary.menu-button").click()
    page.get_by_role("button", name="Français").click()

    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.goto("/help")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
