package org.gewu.screens

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.FlowRowScope
import androidx.compose.foundation.layout.defaultMinSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.offset
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.BasicTextField
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.draw.drawBehind
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.layout.Layout
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.gewu.model.Chip
import org.gewu.model.Fact
import org.gewu.model.NoticeState
import org.gewu.model.Tone
import org.gewu.tokens.Corner
import org.gewu.tokens.Touch

internal val CardShape = RoundedCornerShape(Corner.card.dp)
internal val FieldShape = RoundedCornerShape(Corner.field.dp)
internal val RoundShape = RoundedCornerShape(percent = 50)
internal val Target = Touch.target.dp

/** A line begins with a capital, where the script has them. */
internal fun begun(text: String) = text.replaceFirstChar(Char::uppercaseChar)

/** A card; `edge` marks its left side, `onClick` makes all of it one target. */
@Composable
internal fun Card(
    modifier: Modifier = Modifier,
    ground: Color = Look.colours.card,
    edge: Color = Color.Transparent,
    onClick: (() -> Unit)? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    val line = Look.colours.line
    val pressable = if (onClick != null) Modifier.heightIn(min = Target).clickable(role = Role.Button, onClick = onClick) else Modifier
    Column(
        modifier
            .fillMaxWidth()
            .clip(CardShape)
            .background(ground)
            .border(BorderStroke(1.dp, line), CardShape)
            .drawBehind { drawRect(edge, size = Size(5.dp.toPx(), size.height)) }
            .then(pressable)
            .padding(Space.x4),
        Arrangement.spacedBy(Space.x1),
        content = content,
    )
}

/** One after the other, the next line where there is no room. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
internal fun Flow(modifier: Modifier = Modifier, content: @Composable FlowRowScope.() -> Unit) =
    FlowRow(modifier, Arrangement.spacedBy(Space.x2), Arrangement.spacedBy(Space.x2), content = content)

/** What is on the left and what is on the right, which takes no more than it must; big text puts one below the other. */
@Composable
internal fun Sides(left: @Composable () -> Unit, right: @Composable () -> Unit, align: Alignment.Vertical = Alignment.Top) {
    val gap = Space.x3
    val big = Look.big
    Layout(listOf(left, right), Modifier.fillMaxWidth()) { (lefts, rights), limits ->
        val loose = limits.copy(minWidth = 0, minHeight = 0)
        val width = limits.maxWidth
        val beside = rights.map { it.measure(if (big) loose else loose.copy(maxWidth = width * 2 / 3)) }
        val taken = beside.maxOfOrNull { it.width } ?: 0
        val free = if (big || taken == 0) width else width - taken - gap.roundToPx()
        val main = lefts.map { it.measure(loose.copy(maxWidth = free)) }
        val tall = main.maxOfOrNull { it.height } ?: 0
        val other = beside.maxOfOrNull { it.height } ?: 0
        val height = if (big) tall + other else maxOf(tall, other)
        layout(width, height) {
            main.forEach { it.place(0, if (big) 0 else align.align(it.height, height)) }
            beside.forEach { it.place(if (big) 0 else width - it.width, if (big) tall else align.align(it.height, height)) }
        }
    }
}

@Composable
internal fun ChipOf(chip: Chip) = Say(
    begun(chip.text),
    Type.TINY,
    Look.colours.text(chip.tone),
    Modifier.background(Look.colours.ground(chip.tone), RoundShape).padding(horizontal = 10.dp, vertical = 2.dp),
)

@Composable
internal fun Label(text: String, modifier: Modifier = Modifier) =
    Say(begun(text), Type.SMALL, Look.colours.soft, modifier.padding(top = Space.x3).semantics { heading() })

@Composable
internal fun Heading(text: String, modifier: Modifier = Modifier) =
    Say(text, Type.HEADING, modifier = modifier.semantics { heading() })

/** The one action of a screen: full width, at the thumb. */
@Composable
internal fun MainButton(text: String, enabled: Boolean = true, onClick: () -> Unit) {
    val colours = Look.colours
    Box(
        Modifier
            .fillMaxWidth()
            .heightIn(min = Touch.action.dp)
            .clip(RoundShape)
            .background(if (enabled) colours.jade else colours.paper)
            .border(1.dp, if (enabled) colours.jade else colours.line, RoundShape)
            .clickable(enabled, role = Role.Button, onClick = onClick)
            .padding(horizontal = Space.x5, vertical = Space.x2),
        Alignment.Center,
    ) {
        Say(text, Type.HEADING, if (enabled) colours.card else colours.soft, align = TextAlign.Center)
    }
}

/** Any other action. */
@Composable
internal fun QuietButton(text: String, modifier: Modifier = Modifier, onClick: () -> Unit) = Box(
    modifier
        .defaultMinSize(Target, Target)
        .clip(FieldShape)
        .background(Look.colours.card)
        .border(1.dp, Look.colours.line, FieldShape)
        .clickable(role = Role.Button, onClick = onClick)
        .padding(horizontal = Space.x4, vertical = Space.x2),
    Alignment.Center,
) {
    Say(text, Type.STRONG, Look.colours.jade, align = TextAlign.Center)
}

/** One of several, chosen or not. */
@Composable
internal fun ChoiceButton(
    text: String,
    chosen: Boolean,
    modifier: Modifier = Modifier,
    small: Boolean = false,
    onClick: () -> Unit,
) {
    val colours = Look.colours
    val plain = if (small) Type.SMALL else Type.BODY
    val strong = if (small) Type.SMALL_STRONG else Type.STRONG
    Box(
        modifier
            .defaultMinSize(Target, Target)
            .clip(FieldShape)
            .background(if (chosen) colours.jade else colours.card)
            .border(1.dp, if (chosen) colours.jade else colours.line, FieldShape)
            .choosable(chosen, onClick)
            .padding(horizontal = if (small) Space.x1 else Space.x3, vertical = Space.x2),
        Alignment.Center,
    ) {
        Say(text, if (chosen) strong else plain, if (chosen) colours.card else colours.ink, align = TextAlign.Center)
    }
}

/** What is typed, with its label above it. */
@Composable
internal fun Field(
    label: String,
    text: String,
    hint: String = "",
    lines: Int = 1,
    onChange: (String) -> Unit,
) {
    val colours = Look.colours
    val single = lines == 1
    BasicTextField(
        text,
        onChange,
        Modifier.fillMaxWidth().semantics { contentDescription = label },
        textStyle = styleOf(Type.BODY, colours.ink),
        cursorBrush = SolidColor(colours.jade),
        singleLine = single,
        minLines = lines,
        decorationBox = { inner ->
            Box(
                Modifier
                    .fillMaxWidth()
                    .heightIn(min = 56.dp)
                    .background(colours.card, FieldShape)
                    .border(1.dp, colours.line, FieldShape)
                    .padding(horizontal = Space.x4, vertical = Space.x3),
                if (single) Alignment.CenterStart else Alignment.TopStart,
            ) {
                if (text.isEmpty()) Say(hint, Type.BODY, colours.soft)
                inner()
            }
        },
    )
}

/** What happened, what is safe, what to do next, and the button that does it. */
@Composable
internal fun Notice(notice: NoticeState, onClick: () -> Unit = {}) {
    val colours = Look.colours
    Card(ground = colours.ground(notice.tone), edge = colours.text(notice.tone)) {
        Say(notice.what, Type.STRONG, colours.text(notice.tone))
        Say(notice.safe, Type.SMALL)
        Say(notice.next, Type.SMALL)
        notice.button?.let { button -> QuietButton(button, Modifier.padding(top = Space.x2), onClick) }
    }
}

/** Instead of cards that are not read yet: their shape, standing still. */
@Composable
internal fun Reading() = Column(verticalArrangement = Arrangement.spacedBy(Space.x3)) {
    Say(Look.words.say("state_loading"), Type.SMALL, Look.colours.soft)
    repeat(4) {
        Card {
            Box(Modifier.fillMaxWidth(0.6f).height(18.dp).background(Look.colours.line, FieldShape))
            Box(Modifier.padding(top = Space.x2).fillMaxWidth(0.85f).height(14.dp).background(Look.colours.line, FieldShape))
        }
    }
}

/** Says what will appear, and what to do. */
@Composable
internal fun Empty(text: String) = Card { Say(text, Type.BODY, Look.colours.soft, Modifier.padding(vertical = Space.x3)) }

@Composable
internal fun Facts(facts: List<Fact>) = Column(verticalArrangement = Arrangement.spacedBy(Space.x2)) {
    facts.forEach { fact ->
        val colour = if (fact.tone == Tone.PLAIN) Look.colours.ink else Look.colours.text(fact.tone)
        Sides(
            { Say(begun(fact.label), Type.SMALL, Look.colours.soft) },
            { Say(fact.value, Type.SMALL_STRONG, colour, align = TextAlign.End) },
        )
    }
}

/** A way back, big enough for a thumb. */
@Composable
internal fun BackButton(onClick: () -> Unit) {
    val ink = Look.colours.ink
    val said = Look.words.say("action_back")
    Box(
        Modifier.offset(x = -Space.x3).size(Target).clip(RoundShape).clickable(role = Role.Button, onClick = onClick)
            .semantics { contentDescription = said },
        Alignment.Center,
    ) {
        Canvas(Modifier.size(20.dp)) {
            val middle = Offset(size.width * 0.25f, size.height / 2)
            val stroke = 2.5.dp.toPx()
            drawLine(ink, middle, Offset(size.width * 0.65f, size.height * 0.08f), stroke, StrokeCap.Round)
            drawLine(ink, middle, Offset(size.width * 0.65f, size.height * 0.92f), stroke, StrokeCap.Round)
        }
    }
}
