package org.gewu.bridge

import java.io.ByteArrayOutputStream
import java.io.File
import java.io.PrintStream
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** The snippet in docs/use-from-your-app.md does what the page says, in as many lines as it says. */
class SnippetTest {
    @Test
    fun `the page's snippet reports and syncs`() = Hub().use { hub ->
        val said = ByteArrayOutputStream()
        val out = System.out
        System.setOut(PrintStream(said, true))
        try {
            org.gewu.snippet.main(arrayOf(hub.path("yours"), hub.invite("inspector", "05")))
        } finally {
            System.setOut(out)
        }
        val code = Regex("saved on this phone: (\\S+)").find("$said")?.groupValues?.get(1)
        assertTrue("$said", "sent: 1" in "$said")
        runBlocking {
            val other = hub.phone("other", "inspector", "05")
            other.syncNow()
            assertEquals(code, other.today().lines.single().code)
            other.shut()
        }
    }

    @Test
    fun `the snippet has thirty lines at most`() {
        val page = File(System.getProperty("gewu.root"), "docs/use-from-your-app.md").readLines()
        val lines = page.drop(page.indexOf("```kotlin") + 1).takeWhile { it != "```" }
        assertTrue("${lines.size} lines", lines.size in 10..30)
    }
}
