"""Which refusal is which status code: one table, from every package's exceptions."""

from __future__ import annotations

from typing import Final

from notifications.errors import NotificationError, UnknownTemplate
from postal_service import (
    security,
    security_links,
    security_people,
    security_phones,
    security_steps,
)
from postal_service.desk.agency import agency_forms
from postal_service.desk.batches import batches
from postal_service.desk.bounces import bounce_fees, bounces
from postal_service.desk.catalogue import catalogue_imports, catalogue_tariffs, catalogue_versions
from postal_service.desk.citizen import complaints, rights
from postal_service.desk.errors import DeskError
from postal_service.desk.evening import evening_closing, evening_counts, evening_sheets
from postal_service.desk.money import back_errors as back
from postal_service.desk.money import disputes, door_cash, orders
from postal_service.desk.money import errors as money
from postal_service.desk.money import settlement_errors as settling
from postal_service.desk.money import till_errors as till
from postal_service.desk.money import transfer_errors as transfer
from postal_service.desk.outages import outage_errors as blanks
from postal_service.desk.pickups import pickup_errors as fetching
from postal_service.desk.printing import archive
from postal_service.desk.watch import approval_errors as asking
from postal_service.desk.watch import closures, incident_desk, quarantine, radar
from routes.errors import RoutesError
from tracking import custody_errors as custody
from tracking import errors as tracking

#: The nearest class wins; a refusal of ours that is not named is 422.
STATUS: Final[dict[type[Exception], int]] = {
    tracking.TrackingError: 422,
    tracking.UnknownDossier: 404,
    tracking.UnknownConsignment: 404,
    tracking.IllegalMove: 409,
    tracking.HeldByAnother: 409,
    tracking.ScanReused: 409,
    tracking.NumbersExhausted: 503,
    tracking.NotOffered: 409,
    tracking.AlreadyOffered: 409,
    custody.UnknownHandOver: 404,
    custody.HandOverEnded: 409,
    custody.BagIsSealed: 409,
    custody.CountTogether: 409,
    custody.Unbalanced: 409,
    custody.MovedOn: 409,
    custody.TooLateToUndo: 409,
    custody.OutAlready: 409,
    RoutesError: 422,
    NotificationError: 422,
    UnknownTemplate: 404,
    DeskError: 422,
    asking.UnknownApproval: 404,
    asking.UnknownSubject: 404,
    asking.AlreadyAsked: 409,
    asking.AlreadyDecided: 409,
    asking.NotTheSecondPerson: 403,
    till.UnknownShift: 404,
    till.ShiftClosed: 409,
    till.BooksMoved: 409,
    till.DraftsOpen: 409,
    till.NegativeTill: 409,
    till.UnknownCourier: 404,
    till.OverLimit: 409,
    till.NotTheSupervisor: 403,
    till.DayNotDone: 409,
    till.NothingPaid: 404,
    evening_counts.CountClosed: 409,
    evening_closing.CountChanged: 409,
    evening_sheets.NoCount: 404,
    money.AlreadyPaid: 409,
    money.AlreadyReversed: 409,
    money.EntryReused: 409,
    money.NothingToPay: 409,
    money.SamePerson: 403,
    money.UnknownCharge: 404,
    money.UnknownEntry: 404,
    back.NothingToRefund: 409,
    back.NotReversible: 409,
    disputes.UnknownDispute: 404,
    disputes.DisputeAnswered: 409,
    disputes.NotYourDispute: 403,
    settling.UnknownSettlement: 404,
    settling.NothingToSettle: 409,
    settling.SumMoved: 409,
    settling.BankRefUsed: 409,
    settling.NotYourMoney: 403,
    transfer.UnknownTransfer: 404,
    transfer.TransferEnded: 409,
    transfer.AwaitedAlready: 409,
    transfer.UnknownLine: 404,
    transfer.LineUsed: 409,
    transfer.ReturnWaiting: 409,
    transfer.SamePersonReturns: 403,
    transfer.UnknownReturn: 404,
    door_cash.UnknownLoose: 404,
    door_cash.OtherAmount: 409,
    orders.ResultIsOut: 409,
    fetching.UnknownPickup: 404,
    fetching.CannotHappen: 409,
    fetching.OrderedAlready: 409,
    complaints.UnknownComplaint: 404,
    complaints.AlreadyAnswered: 409,
    complaints.NotYoursToAnswer: 403,
    blanks.UnknownPack: 404,
    blanks.UnknownSheet: 404,
    blanks.SheetElsewhere: 404,
    blanks.SheetEntered: 409,
    blanks.SheetStruck: 409,
    blanks.PackMade: 409,
    incident_desk.UnknownIncident: 404,
    radar.UnknownAlarm: 404,
    rights.UnknownRequest: 404,
    closures.UnknownClosure: 404,
    batches.UnknownBatch: 404,
    bounces.UnknownBounce: 404,
    bounce_fees.UnknownRefund: 404,
    bounce_fees.WaitsForAgency: 409,
    bounce_fees.NoLongerHeld: 409,
    catalogue_imports.UnknownImport: 404,
    catalogue_tariffs.UnknownList: 404,
    catalogue_versions.ChangedMeanwhile: 409,
    catalogue_versions.InForce: 409,
    agency_forms.NotWritten: 404,
    archive.UnknownPaper: 404,
    incident_desk.NotOurs: 409,
    quarantine.Quarantined: 403,
    quarantine.UnknownCourier: 404,
    quarantine.NothingToDecide: 409,
    security.SecurityError: 422,
    security_people.UnknownMember: 404,
    security_people.NameTaken: 409,
    security_people.StillHolds: 409,
    security_people.NotYourself: 403,
    security_links.DeadLink: 410,
    security_phones.UnknownPhone: 404,
    security_steps.WrongCode: 401,
    security.BadSignIn: 401,
    security.SignedOut: 401,
    security.TooManyTries: 429,
    security.WrongRole: 403,
    security.BadFormToken: 403,
}
