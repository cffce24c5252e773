package org.gewu.model

import java.io.File
import org.gewu.bridge.Language
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** Every word that the shell says is in the table, with its holes in the order of the Chinese text. */
class WordsTest {
    private data class Call(val key: String, val holes: List<String>)

    private val sources = listOf("model", "screens").flatMap { module ->
        File(System.getProperty("gewu.root"), "android-shell/$module/src/main").walk().filter { it.extension == "kt" }.toList()
    }

    private fun calls(text: String): List<Call> = Regex("""say\(\s*"([a-z_]+)"""").findAll(text).map { match ->
        var depth = 1
        val rest = text.drop(match.range.last + 1).takeWhile { letter ->
            depth += if (letter == '(') 1 else if (letter == ')') -1 else 0
            depth > 0
        }
        Call(match.groupValues[1], Regex(""""([a-z]+)" to """).findAll(rest).map { it.groupValues[1] }.toList())
    }.toList()

    private fun fault(call: Call): String? {
        if (call.key !in WordsFile.keys) return "no word ${call.key}"
        val asked = Regex("""\{([a-z_]+)}""").findAll(WordsFile.text(call.key, Language.ZH)).map { it.groupValues[1] }.toList()
        return "${call.key} has $asked, is given ${call.holes}".takeIf { asked != call.holes }
    }

    @Test
    fun `every call fits the table`() {
        val found = sources.flatMap { calls(it.readText()) }
        assertTrue("${found.size} calls", found.size > 60)
        assertEquals(emptyList<String>(), found.mapNotNull(::fault))
    }

    @Test
    fun `keys that are picked elsewhere are there too`() {
        val picked = sources.flatMap { file -> Regex(""""([a-z]+_[a-z_]+)"""").findAll(file.readText()).map { it.groupValues[1] } }
        assertEquals(emptyList<String>(), picked.distinct().filter { it !in WordsFile.keys && it !in CODES })
    }

    @Test
    fun `a call that does not fit is found`() {
        assertEquals("no word made_up", fault(calls("""say("made_up")""").single()))
        val swapped = calls("""say("status_unsent", "time" to a(b), "count" to c)""").single()
        assertEquals("status_unsent has [count, time], is given [time, count]", fault(swapped))
    }

    private companion object {
        /** Codes of notices, which are the core's and no words. */
        val CODES = setOf("refused_acts")
    }
}
