package org.gewu

import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference
import kotlin.concurrent.thread
import org.gewu.bindings.ActDraft
import org.gewu.bindings.Changed
import org.gewu.bindings.Device
import org.gewu.bindings.DeviceException
import org.gewu.bindings.Draft
import org.gewu.bindings.EntryHash
import org.gewu.bindings.Kind
import org.gewu.bindings.Language
import org.gewu.bindings.Observer
import org.gewu.bindings.Options
import org.gewu.bindings.RateQuery
import org.gewu.bindings.ReportDraft
import org.gewu.bindings.VaultException
import org.junit.AfterClass
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

/** What only shows where two languages meet: threads, callbacks, errors with words, the price of a call. */
class DeviceTest {
    companion object {
        private val hub = Hub()

        @AfterClass
        @JvmStatic
        fun end() = hub.close()
    }

    @Test
    fun `two hundred threads report and read at once and nothing is lost`() {
        hub.phone("threads", "inspector", "05").use { device ->
            val failed = AtomicReference<Throwable>()
            val codes = java.util.concurrent.ConcurrentHashMap.newKeySet<String>()
            val threads = List(200) { number ->
                thread {
                    try {
                        val saved = device.report(ReportDraft(`class` = "lamp", text = "thread $number"))
                        codes += saved.code
                        assertEquals("thread $number", device.case(saved.record.hex).state.text?.value)
                        device.today(null)
                        device.status()
                    } catch (error: Throwable) {
                        failed.set(error)
                    }
                }
            }
            threads.forEach { it.join() }
            failed.get()?.let { throw it }
            assertEquals(200, codes.size)
            assertEquals(200uL, device.status().cases)
            assertEquals(200, device.all(null).cases.size)
            assertEquals(200uL, device.syncNow().sent)
            device.shut()
        }
    }

    @Test
    fun `an observer is told on another thread until its watch is cancelled`() {
        hub.phone("observed", "inspector", "05").use { device ->
            val told = CountDownLatch(1)
            val after = AtomicInteger()
            val caller = Thread.currentThread()
            val watch = device.observe(object : Observer {
                override fun changed(changed: Changed) {
                    assertTrue(Thread.currentThread() != caller)
                    if (changed.cases) told.countDown()
                    after.incrementAndGet()
                }
            })
            val broken = device.observe(object : Observer {
                override fun changed(changed: Changed): Unit = error("a shell's fault")
            })
            val before = device.revision()
            device.report(ReportDraft(`class` = "lamp"))
            assertTrue("not told", told.await(20, TimeUnit.SECONDS))
            assertTrue(device.revision() > before)
            watch.cancel()
            broken.cancel()
            // A second watch tells when the notifier has been round once more without the first.
            val round = CountDownLatch(1)
            val calls = after.get()
            device.observe(object : Observer {
                override fun changed(changed: Changed) = round.countDown()
            }).use {
                device.report(ReportDraft(`class` = "lamp"))
                assertTrue("not told again", round.await(20, TimeUnit.SECONDS))
            }
            assertTrue("told after cancelling", after.get() <= calls + 1)
            device.shut()
        }
    }

    @Test
    fun `the agent syncs by itself`() {
        hub.phone("agent", "inspector", "05").use { device ->
            val sent = CountDownLatch(1)
            device.observe(object : Observer {
                override fun changed(changed: Changed) {
                    if (device.status().unsent == 0uL && device.status().acts > 0uL) sent.countDown()
                }
            }).use {
                device.startAgent()
                device.report(ReportDraft(`class` = "lamp"))
                device.networkChanged()
                assertTrue("nothing was sent", sent.await(60, TimeUnit.SECONDS))
                device.stopAgent()
            }
            device.shut()
        }
    }

    @Test
    fun `errors say what is safe and what to do next, in the language asked for`() {
        val dir = java.io.File(hub.dir, "words").path
        val english = Device.open(Options(dir, Language.EN), Keys(ByteArray(32)))
        val error = assertThrows(DeviceException.UnlockNeeded::class.java) { english.who() }
        assertEquals("not_enrolled", error.code)
        for (words in listOf(error.what, error.safe, error.next)) assertTrue(words, words.isNotBlank())
        english.shut()
        val busy = assertThrows(DeviceException.Busy::class.java) { english.status() }
        assertEquals("busy", busy.code)
        val chinese = Device.open(Options(dir, Language.ZH), Keys(ByteArray(32)))
        val said = assertThrows(DeviceException.UnlockNeeded::class.java) { chinese.who() }
        assertTrue(said.what, said.what.any { it.code in 0x4e00..0x9fff })
        chinese.shut()
        val key = assertThrows(DeviceException.UnlockNeeded::class.java) { Device.open(Options(dir, Language.EN), Keys(ByteArray(32) { 9 })) }
        assertEquals("wrong_key", key.code)
    }

    @Test
    fun `a vault that throws ends in words and the next one opens`() {
        val dir = java.io.File(hub.dir, "vault").path
        val code = { vault: Keys ->
            assertThrows(DeviceException.UnlockNeeded::class.java) { Device.open(Options(dir, Language.ZH), vault) }.code
        }
        assertEquals("locked", code(Keys(null) { VaultException.Locked() }))
        assertEquals("key_lost", code(Keys(null) { VaultException.Lost() }))
        assertEquals("vault_failed", code(Keys(null) { VaultException.Failed() }))
        assertEquals("vault_failed", code(Keys(null) { IllegalStateException("a shell's fault") }))
        assertEquals("vault_failed", code(Keys(null) { OutOfMemoryError("made up") }))
        assertEquals("vault_failed", code(Keys(ByteArray(5))))
        Device.open(Options(dir, Language.ZH), Keys(ByteArray(32))).use { it.shut() }
    }

    @Test
    fun `a draft outlives the device and goes with its report`() {
        hub.phone("draft", "inspector", "05").use { device ->
            device.keepDraft(Draft(`class` = "lamp", text = "3栋门", urgent = true))
            device.shut()
        }
        val again = Device.open(Options(java.io.File(hub.dir, "draft").path, Language.ZH), Keys(ByteArray(32) { 7 }))
        again.use { device ->
            val draft = device.drafts().single()
            assertEquals("3栋门", draft.text)
            assertTrue(draft.urgent && draft.about == null && draft.keptS > 0)
            val saved = device.report(ReportDraft(`class` = draft.`class`!!, text = draft.text, urgent = draft.urgent))
            assertEquals(0, device.drafts().size)
            device.keepDraft(Draft(about = saved.code, kind = Kind.NOTE, text = "楼上"))
            assertEquals(saved.code, device.drafts().single().about)
            device.discardDraft(saved.code)
            assertEquals(0, device.drafts().size)
            device.shut()
        }
    }

    @Test
    fun `what may be done comes in words and is what the command does`() {
        hub.phone("actions", "inspector", "05").use { device ->
            val saved = device.report(ReportDraft(`class` = "lamp"))
            val offered = device.case(saved.code).actions
            val withdraw = offered.first { it.withdrawn }
            assertTrue(withdraw.allowed && withdraw.label.isNotBlank())
            val close = offered.first { !it.allowed }
            assertTrue(close.why!!, close.why!!.isNotBlank())
            device.act(saved.code, withdraw.kind, ActDraft(withdrawn = true))
            assertTrue(device.case(saved.code).actions.none { it.withdrawn })
            device.shut()
        }
    }

    @Test
    fun `classes are found and whole screens come in one call`() {
        hub.phone("screens", "supervisor", null).use { device ->
            assertTrue(device.usualClasses(null).isNotEmpty())
            assertTrue(device.findClasses("lamp").isNotEmpty())
            val view = device.supervise(RateQuery(definition = "closure"))
            assertEquals(0uL, view.overdue)
            assertEquals(0uL, view.toSettle)
            assertEquals(0, device.toSettle(null).lines.size)
            val me = device.me()
            assertTrue(me.roleLabel.isNotBlank() && me.storage.storeBytes > 0uL && me.status.enrolled)
            assertEquals(0, device.status().notices.size)
            assertTrue(device.diagnostics().contains(me.version))
            device.shut()
        }
    }

    @Test
    fun `bad input is refused and the next call works`() {
        hub.phone("bad", "inspector", "05").use { device ->
            val report = { text: String -> device.report(ReportDraft(`class` = "lamp", text = text)) }
            assertEquals("text_nul", assertThrows(DeviceException.Invalid::class.java) { report("a\u0000b") }.code)
            assertEquals("text_too_long", assertThrows(DeviceException.Invalid::class.java) { report("x".repeat(1_000_000)) }.code)
            val saved = report("好")
            assertThrows(DeviceException.Invalid::class.java) { device.act(saved.code, Kind.ADOPT, ActDraft(adopts = EntryHash("zz"))) }
            assertThrows(DeviceException.NotFound::class.java) { device.case("0".repeat(32)) }
            assertEquals(1uL, device.status().acts)
            device.shut()
        }
    }

    @Test
    fun `what a call costs`() {
        hub.phone("cost", "inspector", "05").use { device ->
            repeat(200) { device.report(ReportDraft(`class` = "lamp", text = "3栋门口路灯不亮")) }
            val micros = { count: Int, call: () -> kotlin.Unit ->
                repeat(count) { call() }
                val begun = System.nanoTime()
                repeat(count) { call() }
                (System.nanoTime() - begun) / count / 1_000.0
            }
            val empty = micros(5_000) { device.revision() }
            val page = micros(50) { assertEquals(200, device.all(null).cases.size) }
            val report = micros(50) { device.report(ReportDraft(`class` = "lamp")) }
            println("COST empty call %.1f us, page of 200 %.0f us, report %.0f us".format(empty, page, report))
            assertTrue("a page must cost less than a call per row", page < 200 * 1_000)
            device.shut()
        }
    }
}
