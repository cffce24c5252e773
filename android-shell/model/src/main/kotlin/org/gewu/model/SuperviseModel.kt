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
        WEEK("supervise_week", { it.minusDays(6) }),
        FORTNIGHT("supervise_fortnight", { it.minusDays(13) }),
        MONTH("supervise_month", { it.withDayOfMonth(1) }),
        YEAR("supervise_year", { it.withDayOfYear(1) }),
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
                grids = view.grids.map(::grid),
                settleCount = with.words.say("settle_count", "count" to view.toSettle),
                settle = settle.lines.map(::settle),
                overdueCount = with.words.say("supervise_overdue", "count" to view.overdue),
                overdue = view.firstOverdue.map(with::row),
            )
        }
    } catch (trouble: Trouble) {
        shown.update { it.copy(load = Load.Failed(with.notice(trouble, with.words.say("action_retry")))) }
    }

    private fun asOf(rate: Rate) = listOf(
        with.words.say("status_as_of", "time" to with.said.day(rate.asOfDay)),
        rate.knownUntilS?.let { with.words.say("supervise_known_until", "time" to with.said.time(it)) }
            ?: with.words.say("supervise_known_never"),
    ).joinToString(" · ")

    private fun card(view: SuperviseView): RateCard {
        val rate = view.rate
        val words = with.words
        val beside = listOf(
            "supervise_suspended" to rate.suspended,
            "supervise_forced" to rate.forced,
            "supervise_self_handled" to rate.selfHandled,
            "supervise_unconfirmed" to rate.unconfirmed,
        )
        val numerator = with.said.number(rate.numerator ?: 0)
        val denominator = with.said.number(rate.denominator ?: 0)
        val name = words.say("supervise_rate")
        return RateCard(
            name = name,
            shown = rate.shown.orEmpty(),
            parts = words.say("supervise_parts", "numerator" to numerator, "denominator" to denominator),
            partsLabel = words.say("supervise_parts_label"),
            none = words.say("supervise_nothing_due").takeIf { rate.denominator == null },
            trend = trend(view),
            beside = beside.map { (key, count) -> words.say(key, "count" to with.said.number(count)) },
            said = words.say("say_rate", "name" to name, "shown" to rate.shown.orEmpty(), "numerator" to numerator, "denominator" to denominator),
        )
    }

    private fun trend(view: SuperviseView): TrendLine? {
        val known = view.trend.filter { (it.denominator ?: 0) > 0 }
        if (known.size < 2) return null
        val shares = known.map { (it.numerator ?: 0).toFloat() / (it.denominator ?: 1) }
        val first = known.first()
        val last = known.last()
        val lowest = known[shares.indexOf(shares.min())]
        return TrendLine(
            points = shares,
            from = "${with.said.shortDay(first.toDay)} ${first.shown.orEmpty()}",
            to = "${with.said.shortDay(last.toDay)} ${last.shown.orEmpty()}",
            said = with.words.say("say_trend", "low" to lowest.shown.orEmpty(), "last" to last.shown.orEmpty()),
        )
    }

    private fun grid(line: AreaOverdue) = GridRow(
        name = line.area.name,
        share = if (line.open == 0L) 0f else line.overdue.toFloat() / line.open,
        figure = with.words.say("supervise_grid", "overdue" to line.overdue, "open" to line.open),
        late = line.overdue > 0,
    )

    private fun settle(line: SettleLine) = SettleRow(
        code = line.code,
        title = line.text?.ifBlank { null } ?: line.className ?: line.code,
        line = listOfNotNull(line.className.takeIf { line.text != null }, line.kindLabel, with.said.time(line.timeS), line.reason)
            .joinToString(" · "),
        chip = if (line.contested) {
            Chip(with.words.say("settle_contested"), Tone.AMBER)
        } else {
            Chip(with.words.say("settle_refused"), Tone.RED)
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
