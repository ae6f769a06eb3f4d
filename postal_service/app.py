"""The only place where the parts meet."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from litestar import Litestar, Request
from litestar.di import Provide
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from postal_service import database, logs, security, sms
from postal_service.bell import Bell
from postal_service.caller import Staff
from postal_service.clock import Clock
from postal_service.desk.door.codes import Verifiers
from postal_service.fields import Keys
from postal_service.settings import Settings
from postal_service.web import errors, guards
from postal_service.web.account import AccountController
from postal_service.web.agency import AgencyController
from postal_service.web.agency_lists import AgencyListController
from postal_service.web.agency_returns import ReturnController
from postal_service.web.agency_word import AgencyWordController
from postal_service.web.approvals import ApprovalController
from postal_service.web.archive import ArchiveController
from postal_service.web.bags import BagController
from postal_service.web.bank import BankController
from postal_service.web.batches import BatchController
from postal_service.web.calendars import CalendarController, ProposalController
from postal_service.web.cases import CaseController
from postal_service.web.catalogue import CatalogueController
from postal_service.web.catalogue_files import FileController
from postal_service.web.catalogue_prices import PriceController
from postal_service.web.changes import ChangeController
from postal_service.web.citizen import CitizenController
from postal_service.web.citizen_money import CitizenMoneyController
from postal_service.web.closures import ClosureController
from postal_service.web.complaints import ComplaintController
from postal_service.web.corrections import CorrectionController
from postal_service.web.counter import CounterController
from postal_service.web.counter_acts import CounterActController
from postal_service.web.counter_checks import CounterCheckController
from postal_service.web.counter_delivery import CounterDeliveryController
from postal_service.web.counter_texts import TextsController
from postal_service.web.courier import CourierController, ScanController
from postal_service.web.courier_door import DoorController, ProofController
from postal_service.web.courier_lists import CourierListController
from postal_service.web.courier_money import CourierMoneyController
from postal_service.web.courier_transfers import CourierTransferController
from postal_service.web.dossier_money import OrderController, WindowController
from postal_service.web.evening_count import EveningController
from postal_service.web.evenings import EveningsController
from postal_service.web.feedback import FeedbackController
from postal_service.web.hand_overs import HandOverController
from postal_service.web.headers import on_every_answer
from postal_service.web.incidents import IncidentController
from postal_service.web.loose_cash import LooseCashController
from postal_service.web.money import MoneyController
from postal_service.web.needs import Receiver
from postal_service.web.network import NetworkController
from postal_service.web.operator import MetricsController, OperatorController
from postal_service.web.operator_templates import TemplateController
from postal_service.web.outage import OutageController
from postal_service.web.paper_room import PaperRoomController
from postal_service.web.papers import PaperController
from postal_service.web.parties import FindController, PartyController, ReadsController
from postal_service.web.people import PeopleController
from postal_service.web.phone import PhoneController
from postal_service.web.pickup_agency import PickupAgencyController
from postal_service.web.pickup_courier import PickupCourierController
from postal_service.web.pickup_public import PickupPublicController
from postal_service.web.pickups import PickupController
from postal_service.web.purses import PurseController
from postal_service.web.quarantine import QuarantineController
from postal_service.web.radar_feed import Feed
from postal_service.web.receipts import ReceiptController
from postal_service.web.refunds import AgencyRefundController, RefundController
from postal_service.web.rights import RightsController
from postal_service.web.rosters import RosterController
from postal_service.web.settlements import SettlementController
from postal_service.web.signin import SignInController
from postal_service.web.slip_clock import SlipClockController
from postal_service.web.slips import SlipController
from postal_service.web.staff_phones import StaffPhoneController
from postal_service.web.steps import StepController
from postal_service.web.successions import SuccessionController
from postal_service.web.supervisor import SupervisorController
from postal_service.web.supplements import SupplementController
from postal_service.web.switch import SwitchController
from postal_service.web.till import TillController
from postal_service.web.transfers import TransferController
from postal_service.web.welcome import WelcomeController

STATIC = Path(__file__).parent / "web" / "static"
#: The largest body any page here sends; a batch of 500 scans is 90 kB.
LARGEST_BODY = 1_000_000

#: Who is spoken to, and where; the demo's telephone is added where there is a demo.
HANDLERS: list[ControllerRouterHandler] = [
    SignInController,
    StepController,
    WelcomeController,
    SwitchController,
    AccountController,
    StaffPhoneController,
    PeopleController,
    CounterController,
    OutageController,
    PaperRoomController,
    PickupController,
    PickupPublicController,
    PickupAgencyController,
    PickupCourierController,
    TillController,
    PurseController,
    ReceiptController,
    ComplaintController,
    TransferController,
    BankController,
    BatchController,
    RefundController,
    AgencyRefundController,
    FeedbackController,
    BagController,
    EveningController,
    CounterActController,
    CounterCheckController,
    CourierListController,
    TextsController,
    CounterDeliveryController,
    WindowController,
    SupplementController,
    ChangeController,
    CaseController,
    CourierController,
    CourierMoneyController,
    ScanController,
    DoorController,
    CourierTransferController,
    ProofController,
    HandOverController,
    AgencyController,
    AgencyListController,
    ReturnController,
    OrderController,
    ApprovalController,
    CorrectionController,
    IncidentController,
    PaperController,
    ArchiveController,
    SlipClockController,
    SlipController,
    QuarantineController,
    PartyController,
    FindController,
    ReadsController,
    RightsController,
    SupervisorController,
    LooseCashController,
    EveningsController,
    RosterController,
    ClosureController,
    CatalogueController,
    PriceController,
    FileController,
    CitizenController,
    CalendarController,
    ProposalController,
    SuccessionController,
    MoneyController,
    SettlementController,
    AgencyWordController,
    CitizenMoneyController,
    NetworkController,
    OperatorController,
    MetricsController,
    TemplateController,
]

log = structlog.get_logger()

AnyRequest = Request[Any, Any, Any]


def create_app(settings: Settings, *, clock: Clock | None = None) -> Litestar:
    """The web application. It opens its own database pool and bell when it starts."""
    clock = clock or Clock(timedelta(seconds=settings.clock_offset_seconds))
    keys = Keys.read(settings)

    @asynccontextmanager
    async def resources(app: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.database = await stack.enter_async_context(
                database.await_database(
                    settings.database_url, size=settings.pool_size, name="postal web", keys=keys
                )
            )
            app.state.radar = Feed(app.state.database, clock)
            app.state.bell = await stack.enter_async_context(Bell.open(settings.redis_url))
            yield

    handlers = [*HANDLERS, create_static_files_router("/static", [STATIC], cache_control=None)]
    if settings.demo:
        handlers.append(PhoneController)
    app = Litestar(
        route_handlers=handlers,
        lifespan=[resources],
        before_send=[on_every_answer(secure=settings.secure)],
        before_request=guards.check_form_token,
        dependencies=DEPENDENCIES,
        exception_handlers=errors.HANDLERS,
        request_max_body_size=LARGEST_BODY,
        openapi_config=None,
        logging_config=None,
    )
    app.state.settings = settings
    app.state.reports = sms.reports(settings)
    app.state.door = sms.door(settings)
    app.state.clock = clock
    app.state.delivery_key = security.subkey(settings.secret_key, "delivery")
    app.state.verifiers = Verifiers(app.state.delivery_key)
    return app


def from_environment() -> Litestar:
    """What the server's worker processes import."""
    settings = Settings.read()
    logs.configure(json=settings.log_json)
    app = create_app(settings)
    gc.freeze()  # what lives as long as the process need not be looked through at each sweep
    gc.set_threshold(20_000, 20, 20)
    return app


async def caller(request: AnyRequest) -> Staff:
    found = await guards.find_caller(request)
    if found is None:
        raise security.SignedOut
    return found


async def now(request: AnyRequest) -> datetime:
    moment: datetime = request.app.state.clock.now()
    return moment


async def lang(request: AnyRequest) -> str:
    return "en" if errors.wants_english(request) else "vi"


async def phone(request: AnyRequest) -> Receiver:
    state = request.app.state
    token = guards.session_token(request)
    return Receiver(token, state.database, state.bell, state.clock.now(), state.delivery_key)


def from_state(name: str) -> Provide:
    def provide(request: AnyRequest) -> Any:  # noqa: ANN401 -- typed where it is asked for
        return request.app.state[name]

    return Provide(provide, sync_to_thread=False)


DEPENDENCIES = {
    "db": from_state("database"),
    "bell": from_state("bell"),
    "settings": from_state("settings"),
    "verifiers": from_state("verifiers"),
    "caller": Provide(caller),
    "now": Provide(now),
    "lang": Provide(lang),
    "phone": Provide(phone),
}
