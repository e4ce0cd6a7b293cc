"""Scripts and styles with the digest of what is served: a browser refuses other bytes than the page was made with."""

from __future__ import annotations

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

from openchair.site.served_files import integrity_of_served

register = template.Library()


@register.simple_tag
def script(name: str) -> SafeString:
    """Return the element that loads the script `name`, such as 'build/page.js'."""
    return format_html(
        '<script type="module" src="{}"{}></script>',
        staticfiles_storage.url(name),
        _integrity_attribute(name),
    )


@register.simple_tag
def style(name: str) -> SafeString:
    """Return the element that loads the style sheet `name`, such as 'build/site.css'."""
    return format_html(
        '<link rel="stylesheet" href="{}"{}>',
        staticfiles_storage.url(name),
        _integrity_attribute(name),
    )


def _integrity_attribute(name: str) -> SafeString:
    integrity = integrity_of_served(name=name)
    return format_html(' integrity="{}"', integrity) if integrity else SafeString("")
