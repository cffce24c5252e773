package org.gewu.screens

import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/**
 * What the sources may say.
 *
 * A screen's `if` and `when` look at what is ready to show, never at numbers, times, roles or stages: those are decided
 * in the core. And each folder knows only what it may know.
 */
class SourcesTest {
    private val root = File(System.getProperty("gewu.root"), "android-shell")

    private fun sources(module: String) = File(root, "$module/src/main").walk().filter { it.extension == "kt" }.toList()

    /** What stands in the brackets after each `if`, `when` and `while`. */
    private fun conditions(text: String): List<String> = Regex("""\b(if|when|while) \(""").findAll(text).map { match ->
        var depth = 1
        text.drop(match.range.last + 1).takeWhile { letter ->
            depth += if (letter == '(') 1 else if (letter == ')') -1 else 0
            depth > 0
        }.trim()
    }.toList()

    /** Plain reads of state: a name or a path of names, of a text whether it is empty, joined by && and ||. */
    private fun overState(condition: String): Boolean {
        val part = Regex("""!?[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)*(\.is(Not)?Empty\(\)| [!=]= null| == (Tone|Tab)\.[A-Z]+| == 0)?""")
        val named = Regex("""val [a-z]+ = [a-z][A-Za-z]*(\.[a-z][A-Za-z]*)*""")
        return condition == "Look.big" || named.matches(condition) || condition.split(" && ", " || ").all(part::matches)
    }

    @Test
    fun `screens decide over state alone`() {
        val all = sources("screens").flatMap { file -> conditions(file.readText()).map { file.name to it } }
        assertTrue("${all.size} conditions", all.size > 15)
        assertEquals(emptyList<Pair<String, String>>(), all.filterNot { overState(it.second) })
    }

    @Test
    fun `a decision in a screen is found`() {
        val samples = listOf(
            "if (row.dueInS < 0) red else soft",
            "when (case.stage) { Stage.HANDLED -> x }".replace("case.stage", "Stage.of(case)"),
            "if (role == Role.SUPERVISOR) x",
            "if (state.count > 3) x",
            "if (now - state.time > day) x",
            "if (state.kind == \"check\") x",
        )
        samples.forEach { sample -> assertTrue(sample, conditions(sample).none(::overState)) }
    }

    private fun wrongImports(module: String, never: List<String>): List<String> = sources(module).flatMap { file ->
        file.readLines().filter { line -> never.any { line.startsWith("import $it") } || never.any { line.contains(" $it") && "import" !in line } }
            .map { "${file.name}: $it" }
    }

    @Test
    fun `each folder knows what it may know`() {
        assertEquals(emptyList<String>(), wrongImports("bridge", listOf("android.", "androidx.")))
        assertEquals(emptyList<String>(), wrongImports("model", listOf("android.", "androidx.", "org.gewu.bindings.")))
        assertEquals(emptyList<String>(), wrongImports("screens", listOf("android.", "org.gewu.bridge.", "org.gewu.bindings.")))
        assertEquals(emptyList<String>(), wrongImports("platform", listOf("androidx.", "com.google.android.", "org.gewu.bindings.")))
    }

    @Test
    fun `a folder that knows too much is found`() {
        assertTrue(wrongImports("screens", listOf("org.gewu.model.")).size > 10)
        assertTrue(wrongImports("platform", listOf("android.")).size > 10)
    }
}
