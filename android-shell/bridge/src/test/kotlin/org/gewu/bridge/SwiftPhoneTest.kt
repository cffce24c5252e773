package org.gewu.bridge

import java.io.File
import java.nio.file.Files
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assume.assumeTrue
import org.junit.Test

/**
 * A phone of the other shell, as a process: tabs between a command's parts, one line of JSON for each.
 *
 * `gewu.swiftPhone` says how one is started, in the repository's folder; `run` gives it where Swift was built.
 */
private class SwiftPhone(start: String, folder: String) : AutoCloseable {
    private val process = ProcessBuilder(start.split(' ') + folder).directory(File(System.getProperty("gewu.root")))
        .redirectError(ProcessBuilder.Redirect.INHERIT).start()
    private val answers = process.inputStream.bufferedReader()

    fun ask(vararg parts: String): String {
        process.outputStream.write((parts.joinToString("\t") + "\n").toByteArray())
        process.outputStream.flush()
        val answer = checkNotNull(answers.readLine()) { "the Swift phone ended before it answered ${parts.toList()}" }
        check("\"trouble\"" !in answer) { "${parts.toList()}: $answer" }
        return answer
    }

    fun figures(definition: String): Pair<Long, Long> {
        val answer = ask("supervise", definition)
        fun number(key: String) = checkNotNull(Regex(""""$key":"(\d+)"""").find(answer)) { answer }.groupValues[1].toLong()
        return number("numerator") to number("denominator")
    }

    override fun close() {
        process.outputStream.close()
        process.waitFor()
    }
}

/** Both shells on one street. */
class SwiftPhoneTest {
    @Test
    fun `reported and handled on two phones here, closed on a phone of the other shell, and all show the same two integers`() {
        val start = System.getProperty("gewu.swiftPhone")
        assumeTrue("Swift was not built here", start != null)
        val target = File(System.getProperty("gewu.root"), "target")
        // Below the repository: the other shell's phone may live in a root of its own.
        val folder = Files.createTempDirectory(target.toPath(), "swift-phone").toFile()
        try {
            Hub().use { hub -> SwiftPhone(start, folder.relativeTo(target.parentFile).path).use { closer -> story(hub, closer) } }
        } finally {
            folder.deleteRecursively()
        }
    }

    private fun story(hub: Hub, closer: SwiftPhone) = runBlocking {
        val (reporter, handler) = listOf("inspector", "handler").map { hub.phone(it, it, "05") }
        closer.ask("join", hub.invite("inspector", "05"))
        // Nothing is synced: as without network.
        val saved = reporter.report(Report("lamp", text = "3栋门口路灯不亮"))
        assertEquals(1L, reporter.status().unsent)
        reporter.syncNow()
        handler.syncNow()
        handler.act(saved.code, Act(Kind.HANDLE, text = "换了灯泡"))
        handler.syncNow()
        closer.ask("sync")
        closer.ask("act", saved.code, "Close", "")
        closer.ask("sync")
        val phones = listOf(reporter, handler)
        phones.forEach { it.syncNow() }
        phones.forEach { assertNull("nothing runs any more", it.case(saved.code).dueInS) }
        assertEquals(1L to 1L, closer.figures(HANDLED))
        phones.forEach { assertEquals(1L to 1L, it.figures(HANDLED)) }
        phones.forEach { it.shut() }
    }

    private suspend fun Phone.figures(definition: String) =
        supervise(RateQuery(definition, null, null)).rate.let { it.numerator to it.denominator }

    private companion object {
        const val HANDLED = "handled_of_reported"
    }
}
