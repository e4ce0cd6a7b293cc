"""Django as a WSGI application: the slow half, reached only through the forwarder in `live`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openchair.site.settings")
application = get_wsgi_application()
