"""What a handler may ask for. ``postal_service.app`` provides each by name."""

from __future__ import annotations

from datetime import datetime

from litestar.di import NamedDependency
from msgspec import Struct

from postal_service.bell import Bell as TheBell
from postal_service.caller import Staff
from postal_service.database import Database
from postal_service.desk.door.codes import Verifiers as TheVerifiers
from postal_service.settings import Settings as TheSettings

Db = NamedDependency[Database]  #: ``db``: async with db.begin(caller.context) as conn
Caller = NamedDependency[Staff]  #: ``caller``: who is signed in; SignedOut is raised before
Bell = NamedDependency[TheBell]  #: ``bell``: bell.ring() after the commit
Now = NamedDependency[datetime]  #: ``now``: the moment of this request, by the product's clock
Settings = NamedDependency[TheSettings]  #: ``settings``
Lang = NamedDependency[str]  #: ``lang``: "vi" or "en"
Verifiers = NamedDependency[TheVerifiers]  #: ``verifiers``: what a phone checks a code against


class Receiver(Struct, frozen=True):
    """What the phone's two addresses need, as one thing.

    They answer more requests than all pages together, and the framework starts
    a task for each need of a handler that has several.
    """

    token: str  #: of the session, not looked up yet
    db: Database
    bell: TheBell
    now: datetime
    key: bytes  #: of the delivery codes


Phone = NamedDependency[Receiver]  #: ``phone``
