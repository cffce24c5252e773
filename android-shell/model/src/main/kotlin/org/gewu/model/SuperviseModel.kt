package org.gewu.model

import java.time.LocalDate
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.gewu.bridge.AreaOverdue
import org.gewu.bridge.Rate
import org.gewu.bridge.RateQuery
import org.gewu.bridge.SettleLine
import org.gewu.bridge.SuperviseView
import org.gewu.bridge.Trouble

/** The closure rate with its two integers, where it is stuck, what is to be settled; offline with "as of". */
class SuperviseModel(private val with: Surroundings, private val shell: Shell) : SuperviseEvents {
    private val shown = MutableStateFlow(SuperviseState())
    val state: StateFlow<SuperviseState> = shown.asStateFlow()
    private var period = Period.FORTNIGHT

    /** The same periods as on the hub's page, each up to today. */
    private enum class Period(val key: String, val from: (LocalDate) -> LocalDate) {
        WEEK("PagePeriodWeek", { it.minusDays(6) }),
        FORTNIGHT("PagePeriodFortnight", { it.minusDays(13) }),
        MONTH("PagePeriodMonth", { it.withDayOfMonth(1) }),
        YEAR("PagePeriodYear", { it.withDayOfYear(1) }),
    }

    /** Three calls, however many grids there are. */
    suspend fun refresh() = try {
        shell.readStatus()
        val from = period.from(with.said.today())
        val view = with.phone.supervise(RateQuery("closure", from.toEpochDay().toInt(), null))
        val settle = with.phone.toSettle()
        shown.update {
            SuperviseState(
                load = Load.Ready,
                area = shell.area(),
                asOf = asOf(view.rate),
                periods = Period.entries.map { one -> Choice(one.name, with.words.say(one.key), one == period) },
                rate = card(view),
                gridsLabel = with.words.say("ScreenGridsLabel"),
                grids = view.grids.map(::grid),
                settleCount = with.words.say("PageUnit", "count" to view.toSettle),
                settle = settle.lines.map(::settle),
                overdueCount = with.words.say("PageUnit", "count" to view.overdue),
                overdue = view.firstOverdue.map(with::row),
            )
        }
    } catch (trouble: Trouble) {
        shown.update { it.copy(load = Load.Failed(with.notice(trouble, with.words.say("ScreenAgain")))) }
    }

    private fun asOf(rate: Rate) = listOf(
        with.words.say("PageAsOf", "day" to with.said.day(rate.asOfDay)),
        rate.knownUntilS?.let { with.words.say("PageKnownUntil", "time" to with.said.time(it)) }
            ?: with.words.say("PageKnownUntilNever"),
    ).joinToString(" · ")

    private fun card(view: SuperviseView): RateCard {
        val rate = view.rate
        val words = with.words
        val beside = listOf(
            "PageBesideSuspended" to rate.suspended,
            "PageBesideForced" to rate.forced,
            "PageBesideSelfHandled" to rate.selfHandled,
            "PageBesideUnconfirmed" to rate.unconfirmed,
        )
        return RateCard(
            name = words.say("RateClosure"),
            shown = rate.shown.orEmpty(),
            parts = "${with.said.number(rate.numerator ?: 0)} / ${with.said.number(rate.denominator ?: 0)}",
            partsLabel = "${words.say("CountClosed")} / ${words.say("CountDue")}",
            none = words.say("PageRateNone", "denominator" to words.say("CountDue"), "name" to words.say("RateClosure"))
                .takeIf { rate.denominator == null },
            trend = trend(view),
            beside = beside.map { (key, count) -> Fact(words.say(key), with.said.number(count), Tone.PLAIN) },
        )
    }

    private fun trend(view: SuperviseView): TrendLine? {
        val known = view.trend.filter { (it.denominator ?: 0) > 0 }
        if (known.size < 2) return null
        val shares = known.map { (it.numerator ?: 0).toFloat() / (it.denominator ?: 1) }
        val first = known.first()
        val last = known.last()
        return TrendLine(
            points = shares,
            from = "${with.said.shortDay(first.toDay)} ${first.shown.orEmpty()}",
            to = "${with.said.shortDay(last.toDay)} ${last.shown.orEmpty()}",
            said = with.words.say("ScreenTrendSaid", "from" to first.shown.orEmpty(), "to" to last.shown.orEmpty()),
        )
    }

    private fun grid(line: AreaOverdue) = GridRow(
        name = line.area.name,
        share = if (line.open == 0L) 0f else line.overdue.toFloat() / line.open,
        figure = with.words.say("ScreenGridOpen", "count" to line.open),
        late = with.words.say("PageGridOverdue", "count" to line.overdue).takeIf { line.overdue > 0 },
    )

    private fun settle(line: SettleLine) = SettleRow(
        code = line.code,
        title = line.text?.ifBlank { null } ?: line.className,
        line = listOfNotNull(line.className.takeIf { line.text != null }, line.kindLabel, with.said.time(line.timeS), line.reason)
            .joinToString(" · "),
        chip = if (line.contested) {
            Chip(with.words.say("PageSettleContested"), Tone.AMBER)
        } else {
            Chip(with.words.say("PageSettleRefused"), Tone.RED)
        },
    )

    override fun period(key: String) {
        period = Period.valueOf(key)
        with.scope.launch { refresh() }
    }

    override fun open(code: String) = shell.open(code)

    override fun again() {
        shown.update { it.copy(load = Load.Loading) }
        with.scope.launch { refresh() }
    }
}
