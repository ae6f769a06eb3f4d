"""What a handler may ask for. ``postal_service.app`` provides each by name."""

from __future__ import annotations

from datetime import datetime

from litestar.di import NamedDependency

from postal_service.bell import Bell as TheBell
from postal_service.caller import Staff
from postal_service.database import Database
from postal_service.settings import Settings as TheSettings

Db = NamedDependency[Database]  #: ``db``: async with db.begin(caller.context) as conn
Caller = NamedDependency[Staff]  #: ``caller``: who is signed in; SignedOut is raised before
Bell = NamedDependency[TheBell]  #: ``bell``: bell.ring() after the commit
Now = NamedDependency[datetime]  #: ``now``: the moment of this request, by the product's clock
Settings = NamedDependency[TheSettings]  #: ``settings``
Lang = NamedDependency[str]  #: ``lang``: "vi" or "en"
