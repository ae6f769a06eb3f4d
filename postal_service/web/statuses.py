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
from postal_service.desk import (
    agency_forms,
    archive,
    batches,
    catalogue_imports,
    catalogue_tariffs,
    catalogue_versions,
    closures,
    complaints,
    evening_closing,
    evening_counts,
    evening_sheets,
    incident_desk,
    quarantine,
    radar,
    rights,
)
from postal_service.desk import approval_errors as asking
from postal_service.desk import outage_errors as blanks
from postal_service.desk.errors import DeskError
from postal_service.desk.money import errors as money
from postal_service.desk.money import orders
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
    orders.ResultIsOut: 409,
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
