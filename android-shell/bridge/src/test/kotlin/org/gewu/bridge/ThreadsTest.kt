package org.gewu.bridge

import java.lang.reflect.InvocationHandler
import java.lang.reflect.Proxy
import java.util.Collections
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import org.gewu.bindings.DeviceInterface
import org.gewu.bindings.Delivery as CoreDelivery
import org.gewu.bindings.Kind as CoreKind
import org.gewu.bindings.Language as CoreLanguage
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** No call holds up the thread that draws; and the names of both sides are the same. */
class ThreadsTest {
    private class Asked : Exception()

    /** A core whose every call takes longer than a frame, and which sees what thread it holds up. */
    private class Slow(private val main: Thread) {
        val heldUp: MutableList<String> = Collections.synchronizedList(mutableListOf())
        val asked: MutableList<String> = Collections.synchronizedList(mutableListOf())
        private val never = CountDownLatch(1)
        private val handler = InvocationHandler { _, method, _ ->
            asked += method.name
            val begun = System.nanoTime()
            never.await(FRAME_MS + 4, TimeUnit.MILLISECONDS)
            val took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)
            if (Thread.currentThread() == main && took > FRAME_MS) heldUp += method.name
            throw Asked()
        }
        val device = Proxy.newProxyInstance(DeviceInterface::class.java.classLoader, arrayOf(DeviceInterface::class.java), handler) as DeviceInterface
    }

    private suspend fun each(phone: Phone) {
        val calls = listOf<suspend () -> Any>(
            { phone.status() }, { phone.today() }, { phone.case("c") }, { phone.supervise(RateQuery("closure", null, null)) }, { phone.toSettle() },
            { phone.me() }, { phone.diagnostics() }, { phone.usualClasses() }, { phone.findClasses("x") }, { phone.report(Report("lamp")) },
            { phone.act("c", Act(Kind.NOTE)) }, { phone.drafts() }, { phone.keepDraft(Draft()) }, { phone.discardDraft(null) }, { phone.enrol("i") },
            { phone.syncNow() }, { phone.startAgent() }, { phone.stopAgent() }, { phone.networkChanged() }, { phone.pause() }, { phone.resume() },
            { phone.shut() }, { phone.changes.collect { } },
        )
        calls.forEach { call -> assertTrue(runCatching { call() }.exceptionOrNull() is Exception) }
    }

    private fun heldUp(io: CoroutineDispatcher): List<String> {
        lateinit var slow: Slow
        runBlocking {
            slow = Slow(Thread.currentThread())
            each(RealPhone(slow.device, io))
        }
        assertEquals(23, slow.asked.size)
        return slow.heldUp
    }

    @Test
    fun `no call holds up the main thread for a frame`() = assertEquals(emptyList<String>(), heldUp(Dispatchers.IO))

    @Test
    fun `calls on the main thread are found`() = assertEquals(23, heldUp(Dispatchers.Unconfined).size)

    @Test
    fun `enumerations have the same names on both sides`() {
        assertEquals(CoreKind.entries.map { it.name }, Kind.entries.map { it.name })
        assertEquals(CoreDelivery.entries.map { it.name }, Delivery.entries.map { it.name })
        assertEquals(CoreLanguage.entries.map { it.name }, Language.entries.map { it.name })
    }

    private companion object {
        const val FRAME_MS = 16L
    }
}
