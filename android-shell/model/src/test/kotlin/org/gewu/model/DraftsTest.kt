package org.gewu.model

import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.gewu.bridge.Draft
import org.gewu.bridge.FakePhone
import org.gewu.bridge.Kind
import org.gewu.bridge.Language
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

/** What is being typed is never lost, and what was saved can be taken back for a while. */
@OptIn(ExperimentalCoroutinesApi::class)
class DraftsTest {
    private val samples = Samples(Language.ZH)

    private fun TestScope.shell(phone: FakePhone): Shell {
        val shell = Stand(Language.ZH, phone, scope = backgroundScope).run().shell
        runCurrent()
        return shell
    }

    private fun TestScope.writing(shell: Shell, text: String): ReportModel {
        shell.today.report()
        runCurrent()
        val report = checkNotNull(shell.report)
        report.choose("manhole")
        report.type(text)
        runCurrent()
        return report
    }

    @Test
    fun `typing is kept at every pause of half a second, and not in between`() = runTest {
        val phone = samples.phone()
        val report = writing(shell(phone), "望")
        advanceTimeBy(499)
        report.type("望仙路")
        advanceTimeBy(499)
        runCurrent()
        assertEquals(0, phone.calls.count { it == "keepDraft" })
        advanceTimeBy(1)
        runCurrent()
        assertEquals(1, phone.calls.count { it == "keepDraft" })
        assertEquals("望仙路" to "manhole", phone.kept[null]?.let { it.text to it.classKey })
    }

    @Test
    fun `going to the background keeps it at once`() = runTest {
        val phone = samples.phone()
        val shell = shell(phone)
        writing(shell, "望仙路")
        shell.leave()
        assertEquals("望仙路", phone.kept[null]?.text)
    }

    @Test
    fun `after a kill the draft is offered, and one tap goes on with it`() = runTest {
        val phone = samples.phone()
        writing(shell(phone), "望仙路 12 号")
        advanceTimeBy(501)
        // Another process over the same store.
        val again = shell(phone)
        assertEquals(null, again.today.state.value.drafts.single().about)
        again.today.resumeDraft(null)
        runCurrent()
        val state = checkNotNull(again.report).state.value
        assertEquals("望仙路 12 号" to "manhole", state.text to state.chosen?.key)
        assertNotNull(state.resumed)
    }

    @Test
    fun `one tap discards it`() = runTest {
        val phone = samples.phone()
        phone.kept[null] = Draft(classKey = "lamp", text = "3 栋")
        val shell = shell(phone)
        shell.today.discardDraft(null)
        runCurrent()
        assertTrue(phone.kept.isEmpty())
        assertTrue(shell.today.state.value.drafts.isEmpty())
    }

    @Test
    fun `words on a case come back where they were being typed`() = runTest {
        val phone = samples.phone()
        val shell = shell(phone)
        shell.today.open(samples.detail.code)
        runCurrent()
        checkNotNull(shell.case).run {
            act(2)
            type("去看过了")
        }
        advanceTimeBy(501)
        assertEquals(Kind.NOTE, phone.kept[samples.detail.code]?.kind)
        val again = shell(phone)
        again.today.resumeDraft(samples.detail.code)
        runCurrent()
        assertEquals("备注" to "去看过了", checkNotNull(again.case).state.value.panel?.let { it.title to it.text })
    }

    @Test
    fun `a save that fails loses nothing, and a second tap saves nothing twice`() = runTest {
        val phone = samples.phone()
        val report = writing(shell(phone), "望仙路")
        phone.troubles["report"] = samples.full
        report.save()
        runCurrent()
        assertEquals("望仙路" to samples.full.what, report.state.value.let { it.text to it.notice?.what })
        assertEquals("望仙路", phone.kept[null]?.text)
        phone.troubles.clear()
        report.save()
        report.save()
        runCurrent()
        assertEquals(1, phone.reports.size)
    }

    @Test
    fun `saving can be undone for ten seconds`() = runTest {
        val phone = samples.phone()
        val shell = shell(phone)
        writing(shell, "望仙路").save()
        runCurrent()
        advanceTimeBy(UNDO_MS - 1)
        assertNotNull(shell.today.state.value.undo)
        shell.today.undo()
        runCurrent()
        assertTrue(phone.acts.single().second.withdrawn)
        assertEquals("望仙路", phone.kept[null]?.text)
        assertNull(shell.today.state.value.undo)
    }

    @Test
    fun `after ten seconds it is no longer offered and does nothing`() = runTest {
        val phone = samples.phone()
        val shell = shell(phone)
        writing(shell, "望仙路").save()
        runCurrent()
        advanceTimeBy(UNDO_MS + 1)
        assertNull(shell.today.state.value.undo)
        shell.today.undo()
        runCurrent()
        assertTrue(phone.acts.isEmpty())
    }
}
