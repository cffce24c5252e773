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
    fun `choosing whom a case goes to asks once when it opens and once for each typed text`() = runTest {
        val phone = samples.phone()
        phone.details = mapOf(samples.dispatching.code to samples.dispatching)
        val shell = Stand(Language.ZH, phone, scope = backgroundScope).run().shell
        shell.today.open(samples.dispatching.code)
        runCurrent()
        val case = checkNotNull(shell.case)
        phone.calls.clear()
        case.act(0)
        runCurrent()
        assertEquals(listOf("findAreas"), phone.calls)
        case.search("物业")
        runCurrent()
        assertEquals(listOf("findAreas", "findAreas"), phone.calls)
        assertEquals(listOf("W01"), case.state.value.panel?.areas?.found?.map { it.code })
        assertEquals(false, case.state.value.panel?.canSave)
        case.choose("W01")
        assertEquals(true, case.state.value.panel?.canSave)
        case.save()
        runCurrent()
        assertEquals("W01" to null, phone.acts.single().second.let { it.party to it.area })
    }

    @Test
    fun `a place far off is asked about once, said in amber and saved all the same`() = runTest {
        val phone = samples.phone()
        phone.farOff = samples.farOff
        val shell = Stand(Language.ZH, phone, whereabouts = { Fix.At(samples.place) }, scope = backgroundScope).run().shell
        shell.today.report()
        runCurrent()
        assertEquals(1, phone.calls.count { it == "farOff" })
        val report = checkNotNull(shell.report)
        assertEquals(samples.farOff.label to Tone.AMBER, report.state.value.place.let { it.text to it.tone })
        report.choose("lamp")
        report.save()
        runCurrent()
        assertEquals(samples.place, phone.reports.single().place)
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
