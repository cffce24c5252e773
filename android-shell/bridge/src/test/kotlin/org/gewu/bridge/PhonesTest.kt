package org.gewu.bridge

import java.util.Collections
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.AfterClass
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** Phones of the shell over the real core, real files and the hub that ships. */
class PhonesTest {
    companion object {
        private val hub = Hub()

        /** Far enough that whatever was filed has fallen due. */
        private const val LATER = 40_000

        @AfterClass
        @JvmStatic
        fun end() = hub.close()
    }

    private suspend fun figures(phone: Phone) =
        phone.supervise(RateQuery("closure", null, LATER, "05")).rate.let { it.numerator to it.denominator }

    @Test
    fun `reported on one, handled on another, closed on a third, and all three show the same two integers`() = runBlocking {
        val reporter = hub.phone("reporter", "inspector", "05")
        val handler = hub.phone("handler", "handler", "05")
        val closer = hub.phone("closer", "inspector", "05")
        // Nothing is synced: as without network.
        val saved = reporter.report(Report("lamp", text = "3栋门口路灯不亮"))
        assertEquals(1L, reporter.status().unsent)
        assertEquals(0 to 0L, handler.today().lines.size to handler.status().unsent)
        reporter.syncNow()
        handler.syncNow()
        handler.act(saved.code, Act(Kind.HANDLE, text = "换了灯泡"))
        handler.syncNow()
        closer.syncNow()
        val shown = closer.case(saved.code)
        assertTrue(shown.actions.any { it.kind == Kind.CLOSE && it.allowed })
        closer.act(saved.code, Act(Kind.CLOSE, revision = shown.revision))
        closer.syncNow()
        val phones = listOf(reporter, handler, closer)
        phones.forEach { it.syncNow() }
        phones.forEach { assertEquals(1L to 1L, figures(it)) }
        phones.forEach { assertEquals(0L, it.status().unsent) }
        phones.forEach { it.shut() }
    }

    @Test
    fun `ten thousand acts come in and the observer is told ten times a second at most, the last page right`() = runBlocking {
        val count = 10_000L
        val sender = hub.path("sender")
        gewu("phone", sender, "enrol", hub.invite("inspector", "06"), "--json")
        gewu("phone", sender, "capture", "--count", "$count", "--class", "lamp", "--json")
        gewu("phone", sender, "sync", "--json")
        val phone = hub.phone("receiver", "inspector", "06")
        val told = Collections.synchronizedList(mutableListOf<Pair<Long, Change>>())
        val heard = Channel<Change>(Channel.CONFLATED)
        val watching = launch(Dispatchers.Default) {
            phone.changes.collect {
                told += System.nanoTime() to it
                heard.send(it)
            }
        }
        val begun = System.nanoTime()
        assertEquals(count, phone.syncNow().received)
        // The last state is always announced, and the page read after it is whole.
        withTimeout(TimeUnit.SECONDS.toMillis(20)) {
            while (phone.me().cases < count || told.isEmpty()) heard.receive()
        }
        val seconds = (System.nanoTime() - begun) / 1e9
        watching.cancelAndJoin()
        println("OBSERVER %d calls in %.1f s".format(told.size, seconds))
        assertTrue("${told.size} calls in $seconds s", told.size <= seconds * 10 + 1)
        var lines = 0
        var next: String? = null
        do {
            val page = phone.today(next)
            assertTrue(page.lines.size <= 200)
            lines += page.lines.size
            next = page.next
        } while (next != null)
        assertEquals(count, lines.toLong())
        phone.shut()
    }

    @Test
    fun `a change is told, and nobody is told after looking away`() = runBlocking {
        val phone = hub.phone("watched", "inspector", "07")
        val scope = CoroutineScope(Dispatchers.Default + Job())
        val seen = Channel<Change>(Channel.UNLIMITED)
        val watching = scope.launch { phone.changes.collect { seen.send(it) } }
        phone.report(Report("lamp"))
        withTimeout(20_000) { while (!seen.receive().cases) Unit }
        watching.cancelAndJoin()
        while (seen.tryReceive().isSuccess) Unit
        val revision = withTimeout(20_000) {
            val next = scope.launch { seen.send(phone.changes.first { it.cases }) }
            // Told again only where somebody looks again.
            while (next.isActive) phone.report(Report("lamp"))
            seen.receive().revision
        }
        assertTrue(revision > 0)
        assertTrue(seen.tryReceive().isFailure)
        phone.shut()
    }

    @Test
    fun `drafts are kept in the store and gone with the report`() = runBlocking {
        val phone = hub.phone("drafts", "inspector", "08")
        phone.keepDraft(Draft(classKey = "lamp", text = "望仙路", place = Place(281_234_567, 1_130_123_456, 1_200), urgent = true))
        val kept = phone.drafts().single()
        assertEquals(listOf(null, "lamp", "望仙路", 1_200, true), listOf(kept.about, kept.classKey, kept.text, kept.place?.accuracyCm, kept.urgent))
        assertEquals(0L, phone.status().unsent)
        phone.report(Report("lamp", text = "望仙路"))
        assertTrue(phone.drafts().isEmpty())
        phone.keepDraft(Draft(text = "算了"))
        phone.discardDraft(null)
        assertTrue(phone.drafts().isEmpty())
        phone.shut()
    }

    @Test
    fun `undo withdraws the report, once`() = runBlocking {
        val phone = hub.phone("undo", "inspector", "09")
        val code = phone.report(Report("lamp", text = "写错了")).code
        val withdraw = phone.case(code).actions.single { it.withdrawn }
        assertTrue(withdraw.allowed)
        phone.act(code, Act(Kind.DECLINE, withdrawn = true))
        assertTrue(phone.today().lines.isEmpty())
        assertTrue(phone.case(code).actions.none { it.withdrawn && it.allowed })
        phone.shut()
    }

    @Test
    fun `classes are found by everyday words`() = runBlocking {
        val phone = hub.phone("classes", "inspector", "10")
        assertTrue(phone.usualClasses().size in 1..10)
        val found = phone.findClasses("路灯不亮")
        assertEquals("路灯不亮", found.first().alias)
        assertTrue(phone.me().version.isNotBlank())
        assertTrue("lamp" !in phone.diagnostics())
        phone.shut()
    }
}
