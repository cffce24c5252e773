package org.gewu.model

import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.delay
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.gewu.bridge.FakePhone
import org.gewu.bridge.Language
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** What each screen asks of the core: whole pages, counted, however many rows they have. */
@OptIn(ExperimentalCoroutinesApi::class)
class CallsTest {
    private val samples = Samples(Language.ZH)

    private fun TestScope.calls(rows: Int, go: (Shell) -> Unit): List<String> {
        val phone = samples.phone()
        phone.lines = List(rows) { samples.lines[1].copy(code = "C$it") }
        val shell = Stand(Language.ZH, phone, scope = backgroundScope).run().shell
        runCurrent()
        phone.calls.clear()
        go(shell)
        runCurrent()
        return phone.calls.toList()
    }

    @Test
    fun `calls of each screen`() = runTest {
        for (rows in listOf(1, 200)) {
            assertEquals(listOf("status", "today", "drafts"), calls(rows) { it.show(Tab.TODAY) })
            assertEquals(listOf("usualClasses", "drafts"), calls(rows) { it.today.report() })
            assertEquals(listOf("case", "drafts"), calls(rows) { it.today.open(samples.detail.code) })
            assertEquals(listOf("status", "supervise", "toSettle"), calls(rows) { it.show(Tab.SUPERVISE) })
            assertEquals(listOf("me"), calls(rows) { it.show(Tab.ME) })
        }
    }

    @Test
    fun `a storm of changes is read a few times, and the last state is shown`() = runTest {
        val phone = samples.phone()
        // As long as a page takes on a slow phone.
        phone.before = { if (it == "today") delay(50) }
        val shell = Stand(Language.ZH, phone, scope = backgroundScope).run().shell
        advanceTimeBy(100)
        phone.calls.clear()
        repeat(1_000) {
            phone.lines = samples.lines.take(1).map { line -> line.copy(text = "第 $it 次") }
            phone.change()
            advanceTimeBy(1)
        }
        advanceTimeBy(200)
        assertTrue("${phone.calls.count { it == "today" }} reads", phone.calls.count { it == "today" } <= 22)
        assertEquals("第 999 次", shell.today.state.value.sections.single().rows.single().title)
    }

    @Test
    fun `a search reads the pages that are not here yet, once each`() = runTest {
        val phone = FakePhone()
        phone.lines = List(1_000) { samples.lines[1].copy(code = "C$it", text = "第 $it 件") }
        val shell = Stand(Language.ZH, phone, scope = backgroundScope).run().shell
        runCurrent()
        shell.today.search("第 999 件")
        runCurrent()
        assertEquals(5, phone.calls.count { it == "today" })
        assertEquals("C999", shell.today.state.value.sections.single().rows.single().code)
        shell.today.search("没有这样的")
        runCurrent()
        assertEquals("没有这样的", shell.today.state.value.empty?.title)
    }
}
