package org.gewu.bridge

// What crosses to the rest of the shell: plain Kotlin values, ready to show, so that nobody else knows the generated
// package. Times are Unix seconds, days are counted from 1970-01-01.

enum class Language { ZH, EN }

enum class Kind {
    REPORT, DECLINE, FILE, VOID, DISPATCH, CLAIM, HANDLE, CHECK, CLOSE, SELF_HANDLE, REOPEN, FORCE_CLOSE, RETURN, REVISE,
    RELOCATE, EXTEND, SUSPEND, RESUME, NOTE, ADOPT,
}

/** How far an act has come. */
enum class Delivery { ON_THIS_PHONE, SENT, CONFIRMED, REFUSED }

/** What a person can do about a failure; what happened, what is safe and what to do next stand in [Trouble]. */
enum class TroubleKind {
    OFFLINE, STORAGE_FULL, UNLOCK_NEEDED, UPGRADE_NEEDED, BUSY, REFUSED, NOT_FOUND, INVALID, DAMAGED, DEFECT,
}

/** A call that did not do what it was asked for, in words ready to show. */
class Trouble(val kind: TroubleKind, val code: String, val what: String, val safe: String, val next: String) :
    Exception(code)

data class Area(val code: String, val name: String)

/** A fix lies far from its grid; it may be saved all the same. */
data class FarOff(val metres: Long, val label: String)

/** Units of 10⁻⁷ degree; the radius holds the true position with 68 % probability. */
data class Place(val latitudeE7: Int, val longitudeE7: Int, val accuracyCm: Int?)

data class Notice(val code: String, val what: String, val safe: String, val next: String)

data class Status(
    val enrolled: Boolean = true,
    val unsent: Long = 0,
    val sent: Long = 0,
    val refused: Long = 0,
    val quarantined: Long = 0,
    val lastContactS: Long? = null,
    val lastConfirmedS: Long? = null,
    val grantExpiresS: Long? = null,
    val notices: List<Notice> = emptyList(),
)

data class CaseLine(
    val code: String,
    val area: Area?,
    val className: String?,
    val text: String?,
    val stageLabel: String?,
    val reportedS: Long?,
    val deadlineS: Long?,
    val dueInS: Long?,
    val overdue: Boolean,
    val contested: Boolean,
    val unconfirmed: Boolean,
)

/** At most 200 rows; `next` asks for those after it. */
data class CasePage(val lines: List<CaseLine>, val next: String?, val revision: Long)

/** One value, and those that stand beside it because several people wrote at once. */
data class Field<T>(val value: T, val contested: List<T>)

/** Something that may be done to a case, or not, and why. */
data class ActionLine(
    val kind: Kind,
    val passed: Boolean?,
    val withdrawn: Boolean,
    val label: String,
    val allowed: Boolean,
    val why: String?,
    val needsText: Boolean,
)

data class ActLine(
    val entry: String,
    val kindLabel: String,
    val timeS: Long,
    val proven: Boolean,
    val basisLabel: String,
    /** In what role, and who. */
    val author: String,
    val party: Area?,
    val text: String?,
    /** What it did, where it did not simply count. */
    val effectLabel: String?,
    val delivery: Delivery,
    val deliveryLabel: String,
    /** Why it was refused, and what to do. */
    val why: String?,
)

data class CaseDetail(
    val code: String,
    val className: String?,
    val stageLabel: String?,
    val urgent: Boolean,
    val deadlineS: Long?,
    /** Negative when it is past; none: nothing runs. */
    val dueInS: Long?,
    val overdue: Boolean,
    val text: Field<String?>?,
    val place: Field<Place?>?,
    val area: Field<Area>?,
    val classes: Field<String>?,
    /** Names; more than one: contested. */
    val assignees: List<String>,
    val suspendedUntilS: Long?,
    val revision: Int,
    val delivery: Delivery,
    val history: List<ActLine>,
    val actions: List<ActionLine>,
)

data class Condition(val key: String, val name: String)

data class ClassLine(
    val key: String,
    val name: String,
    val group: String,
    /** The everyday word that was found, where it was not the name. */
    val alias: String?,
    val conditions: List<Condition>,
)

/** What is being typed. `about` is a case's code; none: a new report. */
data class Draft(
    val about: String? = null,
    val kind: Kind? = null,
    val classKey: String? = null,
    val condition: String? = null,
    val text: String = "",
    val place: Place? = null,
    val urgent: Boolean = false,
    val area: String? = null,
    val keptS: Long = 0,
)

data class Report(
    val classKey: String,
    val condition: String? = null,
    val text: String = "",
    val place: Place? = null,
    val urgent: Boolean = false,
    val area: String? = null,
)

data class Act(
    val kind: Kind,
    val text: String = "",
    val revision: Int? = null,
    val passed: Boolean = false,
    val withdrawn: Boolean = false,
    val party: String? = null,
    val area: String? = null,
    val days: Int? = null,
    val adopts: String? = null,
)

data class Saved(val code: String)

/** A rate over a period; `area` is a code, none: the phone's own. */
data class RateQuery(val definition: String, val fromDay: Int?, val toDay: Int?, val area: String? = null)

data class Rate(
    val fromDay: Int,
    val toDay: Int,
    val asOfDay: Int,
    /** Both or neither: there may be nothing to divide by. */
    val numerator: Long?,
    val denominator: Long?,
    val shown: String?,
    val suspended: Long,
    val forced: Long,
    val selfHandled: Long,
    val unconfirmed: Long,
    val knownUntilS: Long?,
)

data class AreaOverdue(val area: Area, val open: Long, val overdue: Long)

data class TrendPoint(val fromDay: Int, val toDay: Int, val numerator: Long?, val denominator: Long?, val shown: String?)

data class SuperviseView(
    val rate: Rate,
    val overdue: Long,
    val grids: List<AreaOverdue>,
    val trend: List<TrendPoint>,
    val firstOverdue: List<CaseLine>,
    val toSettle: Long,
)

data class SettleLine(
    val code: String,
    val className: String?,
    val kindLabel: String,
    val timeS: Long,
    val text: String?,
    val reason: String?,
    val contested: Boolean,
)

data class SettlePage(val lines: List<SettleLine>, val next: String?)

data class Enrolled(val areaName: String, val expiresS: Long)

data class Me(
    val enrolled: Enrolled?,
    val roleLabel: String,
    val personShort: String,
    val storeBytes: Long,
    val cases: Long,
    val acts: Long,
    val version: String,
    val status: Status,
)

data class SyncReport(val sent: Long, val received: Long, val refused: Long)

/** Which pages are no longer as shown. */
data class Change(val cases: Boolean, val status: Boolean, val revision: Long)
