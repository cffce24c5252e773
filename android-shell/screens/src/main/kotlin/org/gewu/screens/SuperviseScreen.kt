package org.gewu.screens

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.text.BasicText
import androidx.compose.foundation.text.TextAutoSize
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import org.gewu.model.Choice
import org.gewu.model.GridRow
import org.gewu.model.Load
import org.gewu.model.RateCard
import org.gewu.model.SettleRow
import org.gewu.model.Strip
import org.gewu.model.SuperviseEvents
import org.gewu.model.SuperviseState
import org.gewu.model.Tab
import org.gewu.model.TrendLine

/** The closure rate with its two integers, where it is stuck, what is to be settled. */
@Composable
fun SuperviseScreen(state: SuperviseState, strip: Strip, on: SuperviseEvents, onShow: (Tab) -> Unit) =
    Frame(strip, bottom = { TabBar(Tab.SUPERVISE, onShow) }) {
        item { Title(Look.words.say("supervise_title"), state.area) }
        when (val load = state.load) {
            Load.Loading -> item { Reading() }
            is Load.Failed -> item { Notice(load.notice, on::again) }
            Load.Ready -> figures(state, on)
        }
    }

private fun LazyListScope.figures(state: SuperviseState, on: SuperviseEvents) {
    item { Say(begun(state.asOf), Type.SMALL, Look.colours.soft) }
    item { Periods(state.periods, on) }
    state.rate?.let { rate -> item { RateOf(rate) } }
    item { Grids(state) }
    item { Heading(state.settleCount, Modifier.padding(top = Space.x3)) }
    if (state.settle.isEmpty()) item { Empty(Look.words.say("settle_empty")) }
    items(state.settle) { row -> SettleCard(row) { on.open(row.code) } }
    item { Counted(Look.words.say("supervise_list"), state.overdueCount) }
    if (state.overdue.isEmpty()) item { Empty(Look.words.say("supervise_list_empty")) }
    items(state.overdue, key = { it.code }) { row -> CaseCard(row) { on.open(row.code) } }
}

@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun Periods(periods: List<Choice>, on: SuperviseEvents) = FlowRow(
    Modifier.fillMaxWidth(),
    Arrangement.spacedBy(Space.x2),
    Arrangement.spacedBy(Space.x2),
    maxItemsInEachRow = if (Look.big) 2 else 4,
) {
    periods.forEach { one -> ChoiceButton(one.name, one.chosen, Modifier.weight(1f), small = true) { on.period(one.key) } }
}

@Composable
private fun Counted(title: String, count: String) = Box(Modifier.padding(top = Space.x3)) {
    Sides({ Heading(title) }, { Say(count, Type.SMALL, Look.colours.soft) })
}

@Composable
private fun RateOf(rate: RateCard) = Card {
    Say(rate.name, Type.SMALL, Look.colours.soft)
    val none = rate.none
    if (none != null) Say(none, Type.BODY) else Figure(rate)
    rate.trend?.let { Trend(it) }
    Box(Modifier.padding(top = Space.x2).fillMaxWidth().height(1.dp).background(Look.colours.line))
    Flow(Modifier.padding(top = Space.x2)) {
        rate.beside.forEach { Say(it, Type.SMALL, Look.colours.soft) }
    }
}

/** The one big figure, never without its two integers. It shrinks rather than break where text is big. */
@Composable
private fun Figure(rate: RateCard) = Sides(
    {
        BasicText(
            rate.shown,
            style = styleOf(Type.FIGURE, Look.colours.ink),
            softWrap = false,
            modifier = Modifier.semantics { contentDescription = rate.said },
            maxLines = 1,
            autoSize = TextAutoSize.StepBased(minFontSize = 24.sp, maxFontSize = Type.FIGURE.size),
        )
    },
    {
        Column(Modifier.padding(top = Space.x3), horizontalAlignment = Alignment.End) {
            Say(rate.parts, Type.HEADING, align = TextAlign.End)
            Say(rate.partsLabel, Type.SMALL, Look.colours.soft)
        }
    },
)

/** One line over its base, first and last point labelled. */
@Composable
private fun Trend(trend: TrendLine) = Column(Modifier.padding(top = Space.x2)) {
    val colours = Look.colours
    Canvas(Modifier.fillMaxWidth().height(56.dp).semantics { contentDescription = trend.said }) {
        val inset = 4.dp.toPx()
        val low = trend.points.min()
        val span = (trend.points.max() - low).coerceAtLeast(0.01f)
        val path = Path()
        trend.points.forEachIndexed { at, share ->
            val x = inset + (size.width - 2 * inset) * at / (trend.points.size - 1)
            val y = inset + (size.height - 4 * inset) * (1 - (share - low) / span)
            if (at == 0) path.moveTo(x, y) else path.lineTo(x, y)
        }
        drawLine(colours.line, Offset(0f, size.height - 1), Offset(size.width, size.height - 1), 1.dp.toPx())
        drawPath(path, colours.jade, style = Stroke(2.5.dp.toPx(), cap = StrokeCap.Round, join = StrokeJoin.Round))
    }
    Sides({ Say(trend.from, Type.TINY, colours.soft) }, { Say(trend.to, Type.TINY, colours.soft) })
}

@Composable
private fun Grids(state: SuperviseState) = Card {
    Heading(Look.words.say("supervise_grids"))
    if (state.grids.isEmpty()) Say(Look.words.say("supervise_grids_empty"), Type.BODY, Look.colours.soft)
    state.grids.forEach { GridOf(it) }
}

@Composable
private fun GridOf(grid: GridRow) = Column(Modifier.padding(top = Space.x2), Arrangement.spacedBy(Space.x1)) {
    Sides(
        { Say(grid.name, Type.BODY) },
        { Say(grid.figure, if (grid.late) Type.SMALL_STRONG else Type.SMALL, if (grid.late) Look.colours.red else Look.colours.soft) },
    )
    Box(Modifier.fillMaxWidth().height(8.dp).clip(RoundShape).background(Look.colours.line)) {
        Box(Modifier.fillMaxWidth(grid.share).height(8.dp).clip(RoundShape).background(Look.colours.red))
    }
}

@Composable
private fun SettleCard(row: SettleRow, onOpen: () -> Unit) = Card(onClick = onOpen) {
    Sides({ Say(row.title, Type.STRONG) }, { ChipOf(row.chip) })
    Say(row.line, Type.SMALL, Look.colours.soft)
}
