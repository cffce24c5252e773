package org.gewu.screens

import androidx.compose.foundation.text.BasicText
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.intl.LocaleList
import androidx.compose.ui.text.style.LineHeightStyle
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.TextUnit
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.em
import androidx.compose.ui.unit.sp
import org.gewu.model.Tone
import org.gewu.model.Words
import org.gewu.tokens.Colours
import org.gewu.tokens.Dark
import org.gewu.tokens.Light
import org.gewu.tokens.Space as Spaces
import org.gewu.tokens.Type as Sizes

/** The colours by what they mean; one set for daylight, one for the night. */
@Immutable
class Palette(
    val paper: Color,
    val card: Color,
    val line: Color,
    val ink: Color,
    val soft: Color,
    val jade: Color,
    val jadeSoft: Color,
    val red: Color,
    val redSoft: Color,
    val amber: Color,
    val amberSoft: Color,
) {
    /** Text of a tone. */
    fun text(tone: Tone): Color = when (tone) {
        Tone.PLAIN -> soft
        Tone.JADE -> jade
        Tone.AMBER -> amber
        Tone.RED -> red
    }

    /** The ground under text of a tone. */
    fun ground(tone: Tone): Color = when (tone) {
        Tone.PLAIN -> paper
        Tone.JADE -> jadeSoft
        Tone.AMBER -> amberSoft
        Tone.RED -> redSoft
    }
}

private fun palette(of: Colours) = Palette(
    Color(of.paper), Color(of.card), Color(of.line), Color(of.ink), Color(of.soft), Color(of.jade), Color(of.jadeSoft),
    Color(of.red), Color(of.redSoft), Color(of.amber), Color(of.amberSoft),
)

private val Day = palette(Light)
private val Night = palette(Dark)

/** Sizes of type; each says what it is for. */
enum class Type(val size: TextUnit, val weight: FontWeight) {
    FIGURE(Sizes.figure.sp, FontWeight.Bold),
    TITLE(Sizes.title.sp, FontWeight.Bold),
    HEADING(Sizes.heading.sp, FontWeight.Bold),
    STRONG(Sizes.bodyPhone.sp, FontWeight.Bold),
    BODY(Sizes.bodyPhone.sp, FontWeight.Normal),
    SMALL(Sizes.small.sp, FontWeight.Normal),
    SMALL_STRONG(Sizes.small.sp, FontWeight.Bold),
    TINY(Sizes.tiny.sp, FontWeight.Normal),
}

internal object Space {
    val x1 = Spaces.s1.dp
    val x2 = Spaces.s2.dp
    val x3 = Spaces.s3.dp
    val x4 = Spaces.s4.dp
    val x5 = Spaces.s5.dp
}

private val LocalPalette = staticCompositionLocalOf { Day }
private val LocalFont = staticCompositionLocalOf<FontFamily> { FontFamily.Default }
private val LocalWords = staticCompositionLocalOf { Words { key, _ -> key } }

internal object Look {
    val colours: Palette
        @Composable @ReadOnlyComposable get() = LocalPalette.current

    val words: Words
        @Composable @ReadOnlyComposable get() = LocalWords.current

    /** Whether text is so big that what stands side by side goes one below the other. */
    val big: Boolean
        @Composable @ReadOnlyComposable get() = LocalDensity.current.fontScale > BIG_FROM

    private const val BIG_FROM = 1.3f
}

/** The look of everything inside: colours, words, font. */
@Composable
fun GewuLook(dark: Boolean, words: Words, font: FontFamily = FontFamily.Default, content: @Composable () -> Unit) {
    CompositionLocalProvider(
        LocalPalette provides if (dark) Night else Day,
        LocalWords provides words,
        LocalFont provides font,
        content = content,
    )
}

/** Style of a text. Chinese glyphs in Chinese shapes whatever the phone's own language is; figures tabular. */
@Composable
internal fun styleOf(type: Type, colour: Color, align: TextAlign = TextAlign.Unspecified) = TextStyle(
    color = colour,
    fontSize = type.size,
    fontWeight = type.weight,
    fontFamily = LocalFont.current,
    fontFeatureSettings = "tnum",
    localeList = Chinese,
    textAlign = align,
    lineHeight = 1.35.em,
    lineHeightStyle = LineHeightStyle(LineHeightStyle.Alignment.Center, LineHeightStyle.Trim.None),
)

private val Chinese = LocaleList("zh-CN")

/** A text. It wraps; nothing is ever cut. */
@Composable
internal fun Say(
    text: String,
    type: Type = Type.BODY,
    colour: Color = Look.colours.ink,
    modifier: Modifier = Modifier,
    align: TextAlign = TextAlign.Unspecified,
) = BasicText(text, modifier, styleOf(type, colour, align))
