package org.gewu.screens

import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.PixelMap
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.text.TextLayoutResult

/** What is wrong with a screen for somebody who reads big text, sees little, or hears it read out. */
object Checks {
    private const val TARGET = 48f
    private const val CONTRAST = 4.5f

    /** At one pixel per dp; [unmerged] has every text, [merged] what a screen reader stops at. */
    fun faults(unmerged: SemanticsNode, merged: SemanticsNode, pixels: PixelMap): List<String> =
        all(unmerged).flatMap { node -> listOfNotNull(cut(node), faint(node, pixels)) } +
            all(merged).flatMap { node -> listOfNotNull(small(node), nameless(node)) }

    private fun all(node: SemanticsNode): List<SemanticsNode> = listOf(node) + node.children.flatMap(::all)

    private fun layout(node: SemanticsNode): TextLayoutResult? {
        val results = mutableListOf<TextLayoutResult>()
        node.config.getOrNull(SemanticsActions.GetTextLayoutResult)?.action?.invoke(results)
        return results.firstOrNull()
    }

    private fun text(node: SemanticsNode) = node.config.getOrNull(SemanticsProperties.Text)?.joinToString(" ")
        ?: node.config.getOrNull(SemanticsProperties.EditableText)?.text.orEmpty()

    /** Text that does not fit where it stands, or that something clips. */
    private fun cut(node: SemanticsNode): String? {
        val layout = layout(node)?.takeIf { text(node).isNotBlank() } ?: return null
        val seen = node.boundsInRoot
        val clipped = seen.width < node.size.width - 1 || seen.height < node.size.height - 1
        val wide = (0 until layout.lineCount).any { line -> layout.getLineRight(line) - layout.getLineLeft(line) > layout.size.width + 1 }
        val spilt = wide || layout.multiParagraph.height > layout.size.height + 1 || layout.multiParagraph.didExceedMaxLines
        return "cut: ${text(node)}".takeIf { spilt || clipped || brokenWord(layout) }
    }

    /** A line that ends in the middle of a Latin word. */
    private fun brokenWord(layout: TextLayoutResult): Boolean {
        val text = layout.layoutInput.text.text
        return (0 until layout.lineCount - 1).any { line ->
            val end = layout.getLineEnd(line)
            end in 1 until text.length && latin(text[end - 1]) && latin(text[end])
        }
    }

    private fun latin(letter: Char) = letter in 'a'..'z' || letter in 'A'..'Z'

    private fun faint(node: SemanticsNode, pixels: PixelMap): String? {
        val layout = layout(node) ?: return null
        if (text(node).isBlank()) return null
        val colour = layout.layoutInput.style.color
        val ground = ground(node.boundsInRoot, pixels) ?: return null
        val contrast = contrast(colour, ground)
        return "contrast %.1f: %s".format(contrast, text(node)).takeIf { contrast < CONTRAST }
    }

    /** The most frequent colour there; none where nothing is seen, which is cut text. */
    private fun ground(bounds: Rect, pixels: PixelMap): Color? {
        val xs = bounds.left.toInt().coerceAtLeast(0) until bounds.right.toInt().coerceAtMost(pixels.width)
        val ys = bounds.top.toInt().coerceAtLeast(0) until bounds.bottom.toInt().coerceAtMost(pixels.height)
        return ys.flatMap { y -> xs.map { x -> pixels[x, y] } }.groupingBy { it }.eachCount().maxByOrNull { it.value }?.key
    }

    fun contrast(one: Color, other: Color): Float {
        val (dark, light) = listOf(luminance(one), luminance(other)).sorted()
        return (light + 0.05f) / (dark + 0.05f)
    }

    private fun luminance(colour: Color): Float {
        val linear = { part: Float -> if (part <= 0.04045f) part / 12.92f else Math.pow((part + 0.055) / 1.055, 2.4).toFloat() }
        return 0.2126f * linear(colour.red) + 0.7152f * linear(colour.green) + 0.0722f * linear(colour.blue)
    }

    private fun pressable(node: SemanticsNode) =
        SemanticsActions.OnClick in node.config || SemanticsActions.SetText in node.config

    private fun small(node: SemanticsNode): String? {
        val size = node.size
        return "target ${size.width} × ${size.height}: ${name(node)}".takeIf { pressable(node) && (size.width < TARGET || size.height < TARGET) }
    }

    private fun name(node: SemanticsNode) =
        (node.config.getOrNull(SemanticsProperties.ContentDescription).orEmpty() + node.config.getOrNull(SemanticsProperties.Text).orEmpty().map { it.text })
            .joinToString(" ")

    /** What can be pressed or typed into says what it is. What was typed is no name. */
    private fun nameless(node: SemanticsNode): String? =
        "no label at ${node.boundsInRoot}".takeIf { pressable(node) && name(node).isBlank() }
}
