"""The door for the web server (granian, or any other WSGI server)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gemeinwerk.config.settings")
application = get_wsgi_application()
