package org.gewu.bridge

import org.gewu.bindings.DeviceException
import org.gewu.bindings.EntryHash
import org.gewu.bindings.ActDraft as CoreAct
import org.gewu.bindings.ActView as CoreActView
import org.gewu.bindings.ActionLine as CoreAction
import org.gewu.bindings.AreaView as CoreArea
import org.gewu.bindings.Basis as CoreBasis
import org.gewu.bindings.CaseDetail as CoreDetail
import org.gewu.bindings.CaseLine as CoreLine
import org.gewu.bindings.CasePage as CorePage
import org.gewu.bindings.ClassLine as CoreClass
import org.gewu.bindings.Delivery as CoreDelivery
import org.gewu.bindings.Draft as CoreDraft
import org.gewu.bindings.Enrolled as CoreEnrolled
import org.gewu.bindings.FarOff as CoreFarOff
import org.gewu.bindings.Kind as CoreKind
import org.gewu.bindings.Language as CoreLanguage
import org.gewu.bindings.MeView as CoreMe
import org.gewu.bindings.Place as CorePlace
import org.gewu.bindings.RateQuery as CoreQuery
import org.gewu.bindings.RateView as CoreRate
import org.gewu.bindings.ReportDraft as CoreReport
import org.gewu.bindings.SettleLine as CoreSettle
import org.gewu.bindings.SettlePage as CoreSettlePage
import org.gewu.bindings.Status as CoreStatus
import org.gewu.bindings.SuperviseView as CoreSupervise
import org.gewu.bindings.SyncReport as CoreSync

// From the generated types to the shell's own and back: names and numbers, no decision. Enumerations have the same
// names; a test holds that they do.

internal fun Language.lifted() = CoreLanguage.valueOf(name)
internal fun Kind.lifted() = CoreKind.valueOf(name)
internal fun CoreKind.lowered() = Kind.valueOf(name)
internal fun CoreDelivery.lowered() = Delivery.valueOf(name)

internal fun DeviceException.lowered(): Trouble = when (this) {
    is DeviceException.Offline -> Trouble(TroubleKind.OFFLINE, code, what, safe, next)
    is DeviceException.StorageFull -> Trouble(TroubleKind.STORAGE_FULL, code, what, safe, next)
    is DeviceException.UnlockNeeded -> Trouble(TroubleKind.UNLOCK_NEEDED, code, what, safe, next)
    is DeviceException.UpgradeNeeded -> Trouble(TroubleKind.UPGRADE_NEEDED, code, what, safe, next)
    is DeviceException.Busy -> Trouble(TroubleKind.BUSY, code, what, safe, next)
    is DeviceException.Refused -> Trouble(TroubleKind.REFUSED, code, what, safe, next)
    is DeviceException.NotFound -> Trouble(TroubleKind.NOT_FOUND, code, what, safe, next)
    is DeviceException.Invalid -> Trouble(TroubleKind.INVALID, code, what, safe, next)
    is DeviceException.Damaged -> Trouble(TroubleKind.DAMAGED, code, what, safe, next)
    is DeviceException.Defect -> Trouble(TroubleKind.DEFECT, code, what, safe, next)
}

internal fun CoreArea.lowered() = Area(code, name)
internal fun CoreFarOff.lowered() = FarOff(metres.toLong(), label)
internal fun CorePlace.lowered() = Place(latitudeE7, longitudeE7, accuracyCm?.toInt())
internal fun Place.lifted() = CorePlace(latitudeE7, longitudeE7, accuracyCm?.toUInt())
internal fun CoreEnrolled.lowered() = Enrolled(areaName, expiresS)
internal fun CoreSync.lowered() = SyncReport(sent.toLong(), received.toLong(), refused.toLong())

internal fun CoreStatus.lowered() = Status(
    enrolled, unsent.toLong(), sent.toLong(), refused.toLong(), quarantined.toLong(), lastContactS, lastConfirmedS, grantExpiresS,
    notices.map { Notice(it.code, it.what, it.safe, it.next) },
)

internal fun CoreLine.lowered() = CaseLine(
    code, area?.lowered(), className, text, stageLabel, reportedS, deadlineS, dueInS, overdue, contested, unconfirmed,
)

internal fun CorePage.lowered() = CasePage(cases.map { it.lowered() }, next, revision.toLong())

internal fun CoreAction.lowered() = ActionLine(kind.lowered(), passed, withdrawn, label, allowed, why, needsText)

internal fun CoreActView.lowered() = ActLine(
    entry.hex, kindLabel, timeS, basis == CoreBasis.PROVEN, basisLabel, author, party?.lowered(), text, effectLabel, delivery.lowered(),
    deliveryLabel, why,
)

internal fun CoreDetail.lowered() = CaseDetail(
    code = state.code,
    className = classLabel ?: state.className,
    stageLabel = stageLabel,
    urgent = state.urgent?.value == true,
    deadlineS = state.deadlineS,
    dueInS = dueInS,
    overdue = overdue,
    text = state.text?.let { Field(it.value, it.contested) },
    place = state.place?.let { Field(it.value?.lowered(), it.contested.map { place -> place?.lowered() }) },
    area = state.area?.let { Field(it.value.lowered(), it.contested.map { area -> area.lowered() }) },
    classes = state.`class`?.let { Field(it.value, it.contested) },
    assignees = state.assignees.mapNotNull { it.party?.name ?: it.person?.hex?.take(PERSON_SHORT) },
    suspendedUntilS = state.suspendedUntilS,
    revision = state.revision.toInt(),
    delivery = delivery.lowered(),
    history = history.map { it.lowered() },
    actions = actions.map { it.lowered() },
)

/** As the core shortens a person. */
private const val PERSON_SHORT = 8

internal fun CoreClass.lowered() = ClassLine(key, name, group, alias, conditions.map { Condition(it.key, it.name) })

internal fun CoreDraft.lowered() = Draft(about, kind?.lowered(), `class`, condition, text, place?.lowered(), urgent, area, keptS)
internal fun Draft.lifted() = CoreDraft(about, kind?.lifted(), classKey, condition, text, place?.lifted(), urgent, area)
internal fun Report.lifted() = CoreReport(classKey, condition, text, place?.lifted(), urgent, area)

internal fun Act.lifted() = CoreAct(
    text = text,
    revision = revision?.toUInt(),
    passed = passed,
    party = party,
    area = area,
    adopts = adopts?.let(::EntryHash),
    withdrawn = withdrawn,
    days = days?.toUInt(),
)

internal fun RateQuery.lifted() = CoreQuery(definition, fromDay, toDay, area = area)

internal fun CoreRate.lowered() = Rate(
    fromDay, toDay, asOfDay, numerator?.toLong(), denominator?.toLong(), shown, suspended, forced, selfHandled, unconfirmed, knownUntilS,
)

internal fun CoreSupervise.lowered() = SuperviseView(
    rate.lowered(),
    overdue.toLong(),
    grids.map { AreaOverdue(it.area.lowered(), it.open.toLong(), it.overdue.toLong()) },
    trend.map { TrendPoint(it.fromDay, it.toDay, it.numerator?.toLong(), it.denominator?.toLong(), it.shown) },
    firstOverdue.map { it.lowered() },
    toSettle.toLong(),
)

internal fun CoreSettle.lowered() = SettleLine(code, className, kindLabel, timeS, text, reason, contested)
internal fun CoreSettlePage.lowered() = SettlePage(lines.map { it.lowered() }, next)

internal fun CoreMe.lowered() = Me(
    enrolled?.lowered(), roleLabel, personShort, storage.storeBytes.toLong(), storage.cases.toLong(), storage.acts.toLong(), version,
    status.lowered(),
)
