package org.gewu.model

// What every screen is made of. All text is ready to show; a screen decides nothing.

/** What a colour may mean. A word always says the same. */
enum class Tone { PLAIN, JADE, AMBER, RED }

data class Chip(val text: String, val tone: Tone)

/** The line at the top that tells the truth about sync; what does not fit goes below. */
data class Strip(val parts: List<String>, val tone: Tone)

/** Something happened: what, what is safe, what next; `button` names what can be done about it right here. */
data class NoticeState(val what: String, val safe: String, val next: String, val tone: Tone, val button: String? = null)

/** How far the content of a screen is. */
sealed interface Load {
    data object Loading : Load
    data object Ready : Load
    data class Failed(val notice: NoticeState) : Load
}

/** When something is due, in the order of the list. */
enum class Due(val key: String) { OVERDUE("today_overdue"), TODAY("today_due"), LATER("today_later") }

/** One case in a list: one bold line, one soft line, one figure. */
data class CaseRow(
    val code: String,
    val title: String,
    val line: String,
    val figure: String?,
    val due: Due,
    val late: Boolean,
    val chips: List<Chip>,
)

/** What an empty list says: what will appear, and what to do. */
data class EmptyState(val title: String, val text: String)

data class CaseSection(val label: String, val rows: List<CaseRow>)

/** Something unfinished that one tap resumes and another discards. */
data class DraftOffer(val about: String?, val title: String, val line: String)

data class UndoBar(val text: String, val button: String)

data class TodayState(
    val load: Load = Load.Loading,
    val area: String = "",
    val notice: NoticeState? = null,
    val more: Int = 0,
    val drafts: List<DraftOffer> = emptyList(),
    val search: String = "",
    val sections: List<CaseSection> = emptyList(),
    val empty: EmptyState? = null,
    val undo: UndoBar? = null,
)

interface TodayEvents {
    fun search(text: String)
    fun open(code: String)
    fun report()
    fun more()
    fun resumeDraft(about: String?)
    fun discardDraft(about: String?)
    fun undo()
    fun again()
}

data class ClassTile(val key: String, val name: String, val line: String)

data class Choice(val key: String, val name: String, val chosen: Boolean)

data class PlaceLine(val text: String, val tone: Tone, val button: String?)

data class ReportState(
    val load: Load = Load.Loading,
    val resumed: String? = null,
    val tilesLabel: String = "",
    val tiles: List<ClassTile> = emptyList(),
    val search: String = "",
    /** What the search found; none while nothing is searched for. */
    val found: List<ClassTile>? = null,
    val chosen: ClassTile? = null,
    val conditions: List<Choice> = emptyList(),
    /** What a search that found nothing says. */
    val nothing: String? = null,
    val text: String = "",
    val place: PlaceLine = PlaceLine("", Tone.PLAIN, null),
    val urgent: Boolean = false,
    val notice: NoticeState? = null,
    val canSave: Boolean = false,
)

interface ReportEvents {
    fun search(text: String)
    fun choose(key: String)
    fun chooseAnother()
    fun condition(key: String)
    fun type(text: String)
    fun urgent(urgent: Boolean)
    fun locate()
    fun save()
    fun discard()
    fun again()
    fun back()
}

data class Fact(val label: String, val value: String, val tone: Tone)

/** A value that several people wrote differently. */
data class Contested(val label: String, val values: List<String>)

data class Step(
    val entry: String,
    val title: String,
    val line: String,
    val text: String?,
    val chips: List<Chip>,
    val reason: String?,
    /** Label of what can be done about this one act. */
    val button: String?,
)

data class ActButton(val id: Int, val label: String)

data class Explained(val label: String, val why: String)

data class AreaTile(val code: String, val name: String)

/** Whom or where an act sends the case: the chosen one, else what the search gives. */
data class AreaPicker(
    val label: String,
    val search: String = "",
    val found: List<AreaTile> = emptyList(),
    /** What is said where there is none to choose. */
    val nothing: String? = null,
    val chosen: AreaTile? = null,
)

/** What is being done to the case, before it is saved. */
data class Panel(
    val title: String,
    val text: String,
    val textLabel: String,
    val areas: AreaPicker?,
    val days: List<Choice>,
    val canSave: Boolean,
)

data class CaseState(
    val load: Load = Load.Loading,
    val code: String = "",
    val title: String = "",
    val text: String? = null,
    val late: String? = null,
    val chips: List<Chip> = emptyList(),
    val facts: List<Fact> = emptyList(),
    val contested: List<Contested> = emptyList(),
    /** Of the steps, those that were refused: seen before anything else. */
    val refused: List<Step> = emptyList(),
    val steps: List<Step> = emptyList(),
    val actions: List<ActButton> = emptyList(),
    val explained: List<Explained> = emptyList(),
    val explaining: Boolean = false,
    val panel: Panel? = null,
    val notice: NoticeState? = null,
)

interface CaseEvents {
    fun act(id: Int)
    fun explain()
    fun type(text: String)
    fun search(text: String)
    fun choose(code: String)
    fun chooseAnother()
    fun days(key: String)
    fun save()
    fun cancel()
    fun stepAct(entry: String)
    fun again()
    fun back()
}

/** Points of a line, each 0 to 1 from the base, with what stands at its ends. */
data class TrendLine(val points: List<Float>, val from: String, val to: String, val said: String)

data class RateCard(
    val name: String,
    val shown: String,
    val parts: String,
    val partsLabel: String,
    val none: String?,
    val trend: TrendLine?,
    val beside: List<String>,
    val said: String,
)

data class GridRow(val name: String, val share: Float, val figure: String, val late: Boolean)

data class SettleRow(val code: String, val title: String, val line: String, val chip: Chip)

data class SuperviseState(
    val load: Load = Load.Loading,
    val area: String = "",
    val asOf: String = "",
    val periods: List<Choice> = emptyList(),
    val rate: RateCard? = null,
    val grids: List<GridRow> = emptyList(),
    val settleCount: String = "",
    val settle: List<SettleRow> = emptyList(),
    val overdueCount: String = "",
    val overdue: List<CaseRow> = emptyList(),
)

interface SuperviseEvents {
    fun period(key: String)
    fun open(code: String)
    fun again()
}

data class MeState(
    val load: Load = Load.Loading,
    val enrolled: Boolean = false,
    val who: String = "",
    val area: String = "",
    val facts: List<Fact> = emptyList(),
    val grant: String = "",
    val notices: List<NoticeState> = emptyList(),
    val invitation: String = "",
    val canEnrol: Boolean = false,
    val canScan: Boolean = false,
    val busy: String? = null,
    val said: String? = null,
    val notice: NoticeState? = null,
    val languages: List<Choice> = emptyList(),
    val storage: String = "",
    val version: String = "",
    val diagnostics: String? = null,
)

interface MeEvents {
    fun syncNow()
    fun invitation(text: String)
    fun enrol()
    fun scan()
    fun language(key: String)
    fun diagnostics()
    fun again()
}

enum class Tab { TODAY, SUPERVISE, ME }

/** Where the person is. */
sealed interface Screen {
    data class Home(val tab: Tab) : Screen
    data object Report : Screen
    data class Case(val code: String) : Screen
}
